//! Frames that are left out where two sides meet in a recording.

use super::super::units::{Unit, of_one_recording, placed};
use super::super::{Constraints, Place};
use super::By;
use super::model::Model;

/// Recordings as units follow each other in them.
pub(super) struct Films {
    /// Samples in order of recording and position.
    frames: Vec<Frame>,
    /// Where the frames of each unit stand, first and last of each piece; others may lie between.
    pieces: Vec<Vec<(usize, usize)>>,
    gap: u32,
}

#[derive(Clone, Copy)]
struct Frame {
    row: usize,
    place: Place,
    unit: usize,
}

impl Frame {
    /// Whether it is at most so many steps from another of its recording.
    fn is_within(&self, steps: u32, other: &Self) -> bool {
        self.place.recording == other.place.recording
            && self.place.position.abs_diff(other.place.position) <= steps
    }
}

impl Films {
    pub(super) fn new(constraints: &Constraints, units: &[Unit]) -> Self {
        let members = constraints.members;
        let mut unit_of = vec![0; members.len()];
        for (unit, of) in units.iter().enumerate() {
            for &row in &of.rows {
                unit_of[row as usize] = unit;
            }
        }
        let order = placed(members);
        let frame = |&row: &usize| {
            Some(Frame {
                row,
                place: members[row].place?,
                unit: unit_of[row],
            })
        };
        let frames: Vec<Frame> = order.iter().filter_map(frame).collect();
        let mut pieces = vec![Vec::new(); units.len()];
        let mut from = 0;
        let together =
            |&a: &usize, &b: &usize| unit_of[a] == unit_of[b] && of_one_recording(members, a, b);
        let gap = constraints.purge.max(1);
        for piece in order.chunk_by(together) {
            let to = from + piece.len() - 1;
            let own: &mut Vec<(usize, usize)> = &mut pieces[unit_of[piece[0]]];
            // Two pieces that touch the same frames are one, so that none is told of twice.
            let touching = own
                .last_mut()
                .filter(|last| frames[from].is_within(gap.saturating_mul(2), &frames[last.1]));
            match touching {
                Some(last) => last.1 = to,
                None => own.push((from, to)),
            }
            from += piece.len();
        }
        Self {
            frames,
            pieces,
            gap,
        }
    }

    /// Whether a unit has frames of a recording.
    pub(super) fn holds(&self, unit: usize) -> bool {
        !self.pieces[unit].is_empty()
    }

    /// Tells of each sample that is left out for being too close if a unit goes elsewhere, with 1,
    /// and of each that now is, with -1; and the side that it is missing from.
    pub(super) fn change(
        &self,
        model: &Model,
        sides: &[u8],
        (unit, to): (usize, u8),
        tell: &mut dyn FnMut(usize, u8, i64),
    ) {
        let after = |one| if one == unit { to } else { sides[one] };
        for &piece in &self.pieces[unit] {
            self.left_out(model, piece, after, |row, side| tell(row, side, 1));
            self.left_out(
                model,
                piece,
                |one| sides[one],
                |row, side| tell(row, side, -1),
            );
        }
    }

    /// Samples in and around a piece that would be kept and are too close to a higher side.
    fn left_out(
        &self,
        model: &Model,
        (first, last): (usize, usize),
        side: impl Fn(usize) -> u8,
        mut tell: impl FnMut(usize, u8),
    ) {
        let ends = [self.frames[first], self.frames[last]];
        // Whose side decides reaches a gap further than who is left out.
        let reach = self.gap.saturating_mul(2);
        let before = self.frames[..first].iter().rev();
        let before = before
            .take_while(|frame| frame.is_within(reach, &ends[0]))
            .count();
        let behind = self.frames[last + 1..].iter();
        let behind = behind
            .take_while(|frame| frame.is_within(reach, &ends[1]))
            .count();
        let around = &self.frames[first - before..=last + behind];
        let now = model.current.sides;
        let is_kept = |frame: &Frame| model.by == By::Move || now[frame.row] == side(frame.unit);
        let mut close = vec![false; around.len()];
        // The last frame of each side that is kept.
        let mut held: Vec<Option<Frame>> = vec![None; usize::from(model.sides)];
        let mut look = |at: usize, held: &mut Vec<Option<Frame>>| {
            let frame = around[at];
            let side = side(frame.unit);
            let mut higher = held[usize::from(side) + 1..].iter().flatten();
            close[at] |= higher.any(|other| frame.is_within(self.gap, other));
            if is_kept(&frame) {
                held[usize::from(side)] = Some(frame);
            }
        };
        (0..around.len()).for_each(|at| look(at, &mut held));
        held.fill(None);
        (0..around.len()).rev().for_each(|at| look(at, &mut held));
        let touched = |frame: &Frame| {
            let inside = ends[0].place <= frame.place && frame.place <= ends[1].place;
            inside || ends.iter().any(|end| frame.is_within(self.gap, end))
        };
        for (frame, close) in around.iter().zip(close) {
            if close && is_kept(frame) && touched(frame) {
                tell(frame.row, side(frame.unit));
            }
        }
    }
}
