//! Every kind of log that is read, with the losses of its last epoch: one row a kind.

use super::*;

/// Text, training loss, validation loss; `NaN` for a side that is not in it.
const NONE: f64 = f64::NAN;

#[rustfmt::skip]
const KINDS: [(&str, f64, f64); 47] = [
    // Lines of training loops.
    ("train loss: 0.41, val loss: 0.33", 0.41, 0.33),
    ("train_loss: 0.41 val_loss: 0.33", 0.41, 0.33),
    ("val_loss: 0.33, train_loss: 0.41", 0.41, 0.33),
    ("Epoch 1: | Train Loss: 0.41000 | Val Loss: 0.33000", 0.41, 0.33),
    ("Epoch 1000, Training loss 0.41, Validation loss 0.33", 0.41, 0.33),
    ("Epoch 1/5, Train Loss - 0.41, Val Loss - 0.33", 0.41, 0.33),
    ("ep 1 | tr_loss 0.41 | va_loss 0.33", 0.41, 0.33),
    ("Epoch 1 dev loss=0.33 training loss=0.41 f1=0.8", 0.41, 0.33),
    ("trainLoss=0.41; valLoss=0.33", 0.41, 0.33),
    ("Epoch 1 | train/val loss: 0.41/0.33", 0.41, 0.33),
    ("Loss: train 0.41, val 0.33", 0.41, 0.33),
    ("Epoch 3 complete. Training loss = 0.41. Validation loss = 0.33. Time 3.2s", 0.41, 0.33),
    ("Training loss at epoch 3: 0.41\nValidation loss at epoch 3: 0.33", 0.41, 0.33),
    ("Epoch 1, loss = 0.41, validation loss = 0.33, test loss = 0.9", 0.41, 0.33),
    ("Epoch 0/1\n----\ntrain Loss: 0.61 Acc: 0.7\nval Loss: 0.44 Acc: 0.8\n\nEpoch 1/1\n----\ntrain Loss: 0.41 Acc: 0.8\nval Loss: 0.33 Acc: 0.9\nBest val Acc: 0.95", 0.41, 0.33),
    ("[train] epoch 1 loss 0.41\n[val] epoch 1 loss 0.33", 0.41, 0.33),
    ("Epoch: 1\nTraining\nloss: 0.41\nValidation\nloss: 0.33", 0.41, 0.33),
    ("Train Epoch: 1 [0/60000 (0%)]\tLoss: 2.3\nTrain Epoch: 1 [59520/60000 (99%)]\tLoss: 0.41\n\nTest set: Average loss: 0.33, Accuracy: 9850/10000 (98%)", 0.41, 0.33),
    ("Epoch 1\nloss: 2.3  [   64/60000]\nloss: 0.41  [ 6464/60000]\nTest Error: \n Accuracy: 48.6%, Avg loss: 0.33", 0.41, 0.33),
    ("Epoch: [0][5000/5005]\tTime 0.5 (0.6)\tLoss 0.4 (0.41)\nTest: [190/196]\tLoss 0.3 (0.33)", 0.41, 0.33),
    ("{'loss': 0.41, 'learning_rate': 1e-5, 'epoch': 1.0}\n{'eval_loss': 0.33, 'epoch': 1.0}\n{'train_runtime': 9.0, 'train_loss': 0.6, 'epoch': 1.0}", 0.41, 0.33),
    ("2020-05-01 12:00:00.2: train loss : -0.41\n2020-05-01 12:00:00.3: validation loss: -0.33", -0.41, -0.33),
    ("epoch=04-val_loss=0.21.ckpt saved\nEpoch 5: train_loss=0.41 val_loss=0.33", 0.41, 0.33),
    ("loss: 0,4100 - val_loss: 0,3300", 0.41, 0.33),
    ("{'train_loss': tensor(0.41, device='cuda:0'), 'val_loss': tensor(0.33)}", 0.41, 0.33),
    // Bars.
    ("Epoch 1: 100%|##| 9/9 [00:10<00:00, loss=0.61, val_loss=0.44]\rEpoch 2: 100%|##| 9/9 [00:10<00:00, loss=0.41, val_loss=0.33]", 0.41, 0.33),
    ("Epoch 1/1\n\u{1b}[1m600/600\u{1b}[0m \u{2501}\u{2501} 20ms/step - accuracy: 0.9 - loss: 0.41 - val_accuracy: 0.95 - val_loss: 0.33", 0.41, 0.33),
    ("Epoch 1/1\n 32/100 [=>..] - ETA: 3s - loss: 0.9\u{8}\u{8}100/100 [====] - 4s - loss: 0.41 - mae: 0.3 - val_loss: 0.33 - val_mae: 0.2", 0.41, 0.33),
    ("Epoch 1/2\n9/9 [==] - loss: 0.41 - val_loss: 0.33\nEpoch 2/2\n3/9 [>.] - ETA: 5s - loss: 0.39\nKeyboardInterrupt", 0.41, 0.33),
    ("Epoch 1/1\n9/9 [==] - loss: 0.41 - val_loss: 0.33\n5/5 [==] - loss: 0.3\nTest loss: 0.3", 0.41, 0.33),
    ("Epoch 1/2\n9/9 - 3s - loss: 0.61\nEpoch 2/2\n9/9 - 3s - loss: 0.41\n5/5 - 1s - loss: 0.3", 0.41, NONE),
    // Other frameworks.
    ("[0]\ttrain-logloss:0.61\teval-logloss:0.44\n[1]\ttrain-logloss:0.41\teval-logloss:0.33", 0.41, 0.33),
    ("[1]\ttraining's binary_logloss: 0.41\tvalid_1's binary_logloss: 0.33", 0.41, 0.33),
    ("0:\tlearn: 0.41\ttest: 0.33\tbest: 0.33 (0)\ttotal: 50ms", 0.41, 0.33),
    ("INFO:tensorflow:loss = 0.41, step = 101 (2.3 sec)\nINFO:tensorflow:Loss for final step: 0.39.\nINFO:tensorflow:Saving dict for global step 200: global_step = 200, loss = 0.33", 0.41, 0.33),
    ("solver.cpp:218] Iteration 100 (9 iter/s), loss = 0.41\nsolver.cpp:397]     Test net output #0: accuracy = 0.9\nsolver.cpp:397]     Test net output #1: loss = 0.33 (* 1 = 0.33 loss)", 0.41, 0.33),
    ("1: 612.4, 612.4 avg, 0.0 rate, 3.2 seconds, 64 images", NONE, NONE),
    ("iter: 6319  total_loss: 0.4071  loss_cls: 0.0676", NONE, NONE),
    // Tables.
    ("Epoch\tTraining Loss\tValidation Loss\n1\tNo log\t0.44\n2\t0.41\t0.33", 0.41, 0.33),
    ("Step Training Loss Validation Loss\n500 0.61 0.44\n1000 0.41 0.33", 0.41, 0.33),
    ("+---+---+---+\n| Epoch | Train Loss | Val Loss |\n+---+---+---+\n| 1 | 0.41 | 0.33 |\n+---+---+---+", 0.41, 0.33),
    ("\"Step\",\"run-1 - train/loss\",\"run-1 - train/loss__MIN\",\"run-1 - val/loss\"\n1,0.41,0.4,0.33", 0.41, 0.33),
    ("key,value,step\ntrain_loss,0.61,0\ntrain_loss,0.41,1\nval_loss,0.44,0\nval_loss,0.33,1", 0.41, 0.33),
    ("epoch,step,train_loss_epoch,train_loss_step,val_loss\n0,10,,0.9,\n0,20,,,0.33\n0,20,0.41,,", 0.41, 0.33),
    ("epoch,train/box_loss,train/cls_loss,metrics/x,val/box_loss,val/cls_loss\n1,0.4,0.01,0.1,0.3,0.03", 0.41, 0.33),
    ("\"epoch\",\"train loss\",\"val loss\"\n1,\"0,41\",\"0,33\"", 0.41, 0.33),
    ("<table><tr><th>epoch</th><th>train_loss</th><th>valid_loss</th></tr><tr><td>0</td><td>0.41</td><td>0.33</td></tr></table>", 0.41, 0.33),
];

fn sides(log: &TrainingLog) -> (f64, f64) {
    let value = |side: Option<Printed>| side.map_or(f64::NAN, |p| p.value);
    log.explained().map_or((NONE, NONE), |epoch| {
        (value(epoch.train), value(epoch.validation))
    })
}

#[test]
fn every_kind_of_log_is_read_with_both_sides_in_their_place() {
    for (text, train, validation) in KINDS {
        let log = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}\n{error}"));
        let read = sides(&log);
        let same = |a: f64, b: f64| (a.is_nan() && b.is_nan()) || (a - b).abs() < 1e-12;
        assert!(
            same(read.0, train) && same(read.1, validation),
            "{text}\nread as {read:?}"
        );
    }
}

#[test]
fn the_same_log_in_utf_16_reads_the_same() {
    for (text, ..) in KINDS.iter().filter(|(text, ..)| !text.contains('\u{1b}')) {
        let wide: Vec<u8> = std::iter::once(0xfeff)
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(
            parse(&wide).map(|log| log.epochs),
            parse(text.as_bytes()).map(|log| log.epochs),
            "{text}"
        );
    }
}

#[test]
fn two_readings_of_one_line_that_disagree_are_an_error_that_shows_both() {
    for text in [
        "Epoch 1 - val loss: 0.33 val loss: 0.44 train loss: 0.41",
        "epoch 1 val_loss: 0.33 train_loss: 0.41 valid_loss: 0.44",
        "[0]\tvalidation_0-logloss:0.33\tvalidation_1-logloss:0.44",
        "epoch,train_loss,val_loss,valid_loss\n0,0.41,0.33,0.44",
    ] {
        let error = parse(text.as_bytes()).unwrap_err().to_string();
        assert!(
            error.contains("0.33") && error.contains("0.44") && error.contains("--log-columns"),
            "{error}"
        );
    }
    assert!(parse(b"epoch 1 val_loss: 0.33 train_loss: 0.41 validation_loss: 0.330").is_ok());
}

#[test]
fn names_that_the_user_gives_come_before_all_others() {
    let columns = |text| LogColumns::parse(text).unwrap();
    let read = |text: &str, names| sides(&parse_with(text.as_bytes(), &columns(names)).unwrap());
    assert_eq!(
        read(
            "epoch,train_loss,dev_nll\n0,0.9,0.33",
            "train=train_loss,val=dev_nll"
        ),
        (0.9, 0.33)
    );
    assert_eq!(
        read(
            "epoch 1 train_nll 0.41 dev_nll 0.33",
            "train=train_nll,val=dev_nll"
        ),
        (0.41, 0.33)
    );
    assert_eq!(
        read(
            "0/2 3.95G 0.1 0.41 0.33\n1/2 3.95G 0.1 0.4 0.3",
            "train=4,val=5"
        ),
        (0.4, 0.3)
    );
    let one = read("Wall time,Step,Value\n1.0,0,0.5\n2.0,1,0.33", "val=Value");
    assert!(one.0.is_nan() && one.1 == 0.33);
    for wrong in ["", "loss", "train=", "both=x"] {
        assert_eq!(LogColumns::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn numbers_without_a_name_are_refused_with_what_to_write() {
    for text in [
        "Wall time,Step,Value\n1.0,0,0.5",
        "0/2 3.95G 0.0911 0.0412 0.0301 0.1624",
    ] {
        let error = parse(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("--log-columns"), "{error}");
    }
}

#[test]
fn runs_and_folds_in_one_text_are_told_apart() {
    let fold = |n: u32, loss: &str| {
        format!(
            "Fold {n}\nEpoch 1/1\n9/9 [==] - loss: 0.6 - val_loss: 0.4\nEpoch 2/2\n9/9 [==] - loss: 0.5 - val_loss: {loss}\n"
        )
    };
    let log = parse((fold(1, "0.3") + &fold(2, "0.2")).as_bytes()).unwrap();
    assert_eq!((log.epochs.len(), sides(&log)), (2, (0.5, 0.2)));
    assert!(
        log.warnings[0].starts_with("2 runs or folds"),
        "{:?}",
        log.warnings
    );
}

#[test]
fn accuracy_is_read_from_fractions_percent_and_counts_and_is_no_loss() {
    let right = |text: &str| {
        parse(text.as_bytes())
            .unwrap()
            .epochs
            .last()
            .unwrap()
            .validation_accuracy
            .unwrap()
            .value
    };
    for text in [
        "Epoch 1 val_acc: 0.941",
        "Epoch 1 val accuracy: 94.1%",
        "Epoch 1 val accuracy: 0.941",
        "train_loss 0.4 val_loss 0.3 val_acc 94.1",
        "Test set: Average loss: 0.3, Accuracy: 9410/10000 (94%)",
        "epoch,train_loss,valid_loss,accuracy\n0,0.4,0.3,0.941",
        "epoch,train_loss,valid_loss,error_rate\n0,0.4,0.3,0.059",
    ] {
        assert!(
            (right(text) - 0.941).abs() < 1e-9,
            "{text}: {}",
            right(text)
        );
    }
    let alone = parse(b"Epoch 1/1\n10/10 - accuracy: 0.90 - val_accuracy: 0.80").unwrap();
    assert_eq!(alone.quantity, Quantity::Error);
    assert!((alone.epochs[0].validation.unwrap().value - 0.2).abs() < 1e-12);
    let both = parse(b"epoch,accuracy,loss,val_accuracy,val_loss\n0,0.9,0.5,0.8,0.4").unwrap();
    assert_eq!((both.quantity, sides(&both)), (Quantity::Loss, (0.5, 0.4)));
}

#[test]
fn epochs_glued_into_one_line_are_all_read() {
    let glued = "targets from -1.0 to 1.0, 19200/4800 samples ____dropout_1 (Dropout)  (None, 1152)  0  flatten_1[0][0]____\
        dense_4 (Dense)  (None, 1)  11  dropout_1[0][0]====Total params: 252,219____NoneEpoch 1/519200/19200 [====] - 795s - loss: 0.0292 - val_loss: 0.0128\
        Epoch 2/519200/19200 [====] - 754s - loss: 0.0169 - val_loss: 0.0120Epoch 3/519200/19200 [====] - 753s - loss: 0.0161 - val_loss: 0.0114";
    let log = parse(glued.as_bytes()).unwrap();
    assert_eq!((log.epochs.len(), sides(&log)), (3, (0.0161, 0.0114)));
    assert_eq!(log.source, LogSource::KerasText);
    assert_eq!(log.train_loss_kind, TrainLossKind::EpochMean);
    assert_eq!(
        (
            log.planned_epochs,
            log.train_samples,
            log.validation_samples
        ),
        (Some(5), Some(19200), Some(4800))
    );
    assert_eq!((log.model.dropout_layers, log.model.outputs), (1, Some(1)));
    assert_eq!(log.stated_range, Some((-1.0, 1.0)));
}

#[test]
fn a_trainer_state_takes_the_window_before_each_evaluation() {
    let log = parse(br#"{"log_history": [{"loss": 0.5, "step": 10, "epoch": 0.5}, {"loss": 0.4, "step": 20, "epoch": 1.0}, {"eval_loss": 0.35, "step": 20}, {"loss": 0.3, "step": 30}, {"eval_loss": 0.25, "step": 40}]}"#).unwrap();
    assert_eq!(
        (log.source, log.train_loss_kind),
        (LogSource::HuggingFace, TrainLossKind::WindowMean)
    );
    assert_eq!(log.epochs[0].train.unwrap().value, 0.4);
    assert_eq!(sides(&log), (0.3, 0.25));
    assert_eq!(log.epochs[1].train.unwrap().half_width, 0.5e-4);
}

#[test]
fn histories_in_json_and_python_read_the_same() {
    let json =
        parse(br#"{"loss": [0.5, 0.25], "val_loss": [0.4, 0.2], "lr": [0.1, 0.1]}"#).unwrap();
    let python = parse(b"history = {'loss': [0.5, 0.25], 'val_loss': [0.4, 0.2]}").unwrap();
    let frame =
        parse(br#"{"loss": {"0": 0.5, "1": 0.25}, "val_loss": {"0": 0.4, "1": 0.2}}"#).unwrap();
    assert_eq!(json.epochs, python.epochs);
    assert_eq!(json.epochs, frame.epochs);
    assert_eq!(json.epochs.len(), 2);
}

#[test]
fn parts_of_different_losses_are_not_compared() {
    let log =
        parse(b"epoch,train/box_loss,train/cls_loss,metrics/x,val/box_loss\n1,1.0,0.2,0.1,0.5\n")
            .unwrap();
    assert!(log.epochs.is_empty());
    assert!(log.warnings[0].contains("different losses"));
}
