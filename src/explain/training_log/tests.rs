use super::*;

#[test]
fn a_printed_number_stands_for_all_that_round_to_it() {
    let p = printed("0.0098").unwrap();
    assert_eq!((p.value, p.half_width), (0.0098, 0.5e-4));
    assert!((printed("1.5e-3").unwrap().half_width - 0.5e-4).abs() < 1e-12);
    assert_eq!(printed("0.30000000000000004").unwrap().half_width, 0.0);
    assert!(printed("abc").is_none());
}

#[test]
fn an_empty_or_foreign_file_is_an_error() {
    assert_eq!(parse(b""), Err(LogError::Empty));
    assert_eq!(parse(b"hello"), Err(LogError::NoLoss));
    assert_eq!(parse(&[0xff, 0xfe, 0x00]), Err(LogError::NoLoss));
}

#[test]
fn epochs_that_start_again_keep_only_the_last_run() {
    let log = parse(b"epoch,loss,val_loss\n0,0.9,0.8\n1,0.7,0.6\n0,0.5,0.4\n1,0.3,0.2\n").unwrap();
    assert_eq!(log.epochs.len(), 2);
    assert_eq!(log.epochs[1].validation.unwrap().value, 0.2);
    assert_eq!(log.warnings.len(), 1);
}

#[test]
fn losses_that_are_not_numbers_are_dropped_with_a_warning() {
    let log = parse(b"epoch,loss,val_loss\n0,0.9,0.8\n1,nan,nan\n").unwrap();
    assert_eq!(log.epochs.len(), 1);
    assert!(log.warnings[0].contains("1 of 2"));
}

#[test]
fn a_log_of_nothing_but_nan_is_an_error() {
    assert_eq!(
        parse(b"epoch,loss,val_loss\n0,nan,nan\n"),
        Err(LogError::NotFinite)
    );
}

#[test]
fn a_run_that_diverged_says_which_epoch_is_read() {
    for text in [
        "Epoch 1 train loss 0.5 val loss 0.4\nEpoch 2 train loss 0.4 val loss nan\nEpoch 3 train loss nan val loss nan\n",
        "Epoch 1 train loss 0.5 val loss 0.4\nEpoch 2 train loss 0.4 val loss: inf\n",
        "epoch,train_loss,val_loss\n1,0.5,0.4\n2,0.4,nan\n3,0.3,inf\n",
    ] {
        let log = parse(text.as_bytes()).unwrap();
        assert_eq!(log.explained().map(|epoch| epoch.number), Some(1), "{text}");
        let told = log.warnings.join(" ");
        assert!(
            told.contains("epoch 1 is read, not the last"),
            "{text}\n{told}"
        );
        assert!(!told.contains("no finished epoch"), "{told}");
    }
    let early = parse(b"epoch,train_loss,val_loss\n1,0.5,nan\n2,0.4,0.3\n").unwrap();
    assert!(early.warnings.is_empty(), "{:?}", early.warnings);
}
