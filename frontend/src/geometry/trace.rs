//! The trace: a series with what was forecast, what is to come, and where it left its forecast. One scale per trace.

use std::ops::RangeInclusive;

use super::curve::{Point, at, list};

/// One past step: what was read and what had been forecast for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Past {
    /// The reading, in the indicator's unit of measure.
    pub value: f64,
    /// The interval that had been forecast for it; none where there was no forecast yet.
    pub band: Option<Band>,
    /// Whether it is doubted: then it is a ring, and the line passes it by.
    pub doubtful: bool,
}

/// An interval around a forecast, in the indicator's unit of measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// Its lower end.
    pub lower: f64,
    /// The forecast.
    pub mean: f64,
    /// Its upper end.
    pub upper: f64,
}

/// What a trace shows, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Story {
    /// The readings so far.
    pub past: Vec<Past>,
    /// The next periods.
    pub future: Vec<Band>,
    /// The step at which it left its forecast, and what was expected of it from there on.
    pub onset: Option<(usize, Band)>,
    /// The steps at which its team said something, which may lie between two readings.
    pub notes: Vec<f64>,
}

/// The field a trace is drawn in, in user units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// Room on every side.
    pub pad: f64,
    /// Width of the line.
    pub line: f64,
    /// How much wider a future period is drawn than a past one, so that it is seen from afar.
    pub stretch: f64,
}

/// A drawn trace: `points` and `d` attributes. Empty strings where there is nothing to draw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plot {
    /// The past one-step band; frozen at what was expected after the onset.
    pub band: String,
    /// The interval of the next periods.
    pub fan: String,
    /// The middle of the next periods.
    pub fan_line: String,
    /// The hairline of the present.
    pub present: String,
    /// The series up to the onset.
    pub series: String,
    /// The series from the onset on.
    pub event: String,
    /// The tick at the foot where it began; none if that was before the first reading.
    pub begin: String,
    /// The last reading; none if that is doubted.
    pub dot: Option<Point>,
    /// A pennant at the head and a line down from it where something was said.
    pub notes: Vec<String>,
    /// The readings that are doubted, at the edge where they lie beyond it.
    pub doubtful: Vec<Point>,
}

impl Story {
    /// Draws it into a field; nothing for a series without readings.
    pub fn plot(&self, field: Field) -> Plot {
        let Some(now) = self.past.len().checked_sub(1) else { return Plot::default() };
        let scale = Scale::new(self, field, now);
        let onset = self.onset.map(|(step, _)| step.min(now));
        let point = |t: usize| scale.point(t as f64, self.past[t].value);
        let (believed, doubtful): (Vec<usize>, Vec<usize>) = (0..=now).partition(|t| !self.past[*t].doubtful);
        let values =
            |steps: RangeInclusive<usize>| list(believed.iter().filter(|t| steps.contains(t)).map(|t| point(*t)));
        let fan = self.fan(now);
        Plot {
            band: ribbon(&scale, &self.bands()),
            fan: ribbon(&scale, &fan),
            fan_line: list(fan.iter().map(|(t, band)| scale.point(*t, band.mean))),
            present: format!("M{:.1} 0V{}", scale.x(now as f64), field.height),
            series: values(0..=onset.map_or(now, |onset| onset.saturating_sub(1))),
            event: onset.map(|onset| values(onset.saturating_sub(1)..=now)).unwrap_or_default(),
            begin: onset.filter(|onset| 0 < *onset).map(|onset| scale.tick(onset)).unwrap_or_default(),
            dot: Some(now).filter(|now| !self.past[*now].doubtful).map(point),
            notes: self.notes.iter().map(|step| scale.pennant(step.min(now as f64))).collect(),
            doubtful: doubtful.into_iter().map(point).collect(),
        }
    }

    /// What was expected at each past step: the one-step forecasts, and from the onset on what was expected then.
    fn bands(&self) -> Vec<(f64, Band)> {
        let expected = |t: usize, past: &Past| match self.onset {
            Some((onset, frozen)) if onset <= t => Some(frozen),
            _ => past.band,
        };
        let known = self.past.iter().enumerate().filter_map(|(t, past)| Some((t as f64, expected(t, past)?)));
        known.filter(|(_, band)| band.is_finite()).collect()
    }

    /// The next periods, grown out of the last reading that is believed.
    fn fan(&self, now: usize) -> Vec<(f64, Band)> {
        let last = self.past.iter().rposition(|past| !past.doubtful).unwrap_or(now);
        let value = self.past[last].value;
        let here = Band { lower: value, mean: value, upper: value };
        let ahead = self.future.iter().filter(|band| band.is_finite()).enumerate();
        let ahead: Vec<_> = ahead.map(|(i, band)| ((now + 1 + i) as f64, *band)).collect();
        if ahead.is_empty() { ahead } else { std::iter::once((last as f64, here)).chain(ahead).collect() }
    }
}

impl Band {
    fn is_finite(&self) -> bool {
        [self.lower, self.mean, self.upper].into_iter().all(f64::is_finite)
    }
}

/// From steps and values to user units.
struct Scale {
    field: Field,
    now: f64,
    span: f64,
    low: f64,
    high: f64,
}

impl Scale {
    fn new(story: &Story, field: Field, now: usize) -> Self {
        let bands = story.bands().into_iter().chain(story.fan(now)).flat_map(|(_, band)| [band.lower, band.upper]);
        // What is doubted does not press the others flat.
        let is_shown_whole = |past: &&Past| !past.doubtful || story.past.iter().all(|past| past.doubtful);
        let values = story.past.iter().filter(is_shown_whole).map(|past| past.value).filter(|value| value.is_finite());
        let (low, high) = values.chain(bands).fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(x), high.max(x)));
        let (low, high) = opened(low, high);
        let span = (now as f64 + story.future.len() as f64 * field.stretch).max(1.0);
        Self { field, now: now as f64, span, low, high }
    }

    fn x(&self, t: f64) -> f64 {
        let Field { width, pad, stretch, .. } = self.field;
        let step = t.min(self.now) + (t - self.now).max(0.0) * stretch;
        pad + (width - 2.0 * pad) * step / self.span
    }

    fn point(&self, t: f64, value: f64) -> Point {
        let Field { height, pad, .. } = self.field;
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        at(self.x(t), pad + (height - 2.0 * pad) * (1.0 - share))
    }

    fn tick(&self, onset: usize) -> String {
        let Field { height, pad, line, .. } = self.field;
        format!("M{:.1} {height:.1}v-{:.1}", self.x(onset as f64), pad + 6.0 + 2.0 * line)
    }
}

impl Scale {
    fn pennant(&self, step: f64) -> String {
        let Field { height, line, .. } = self.field;
        let (x, half) = (self.x(step), 1.5 * line);
        format!("M{x:.1} {height:.1}V0M{:.1} 0h{:.1}L{x:.1} {:.1}Z", x - half, 2.0 * half, 2.2 * half)
    }
}

/// A scale that has a height, also for a constant series.
fn opened(low: f64, high: f64) -> (f64, f64) {
    let size = low.abs().max(high.abs());
    if size * 1e-9 < high - low {
        return (low, high);
    }
    let room = if size == 0.0 { 1.0 } else { size / 2.0 };
    (low - room, high + room)
}

/// Along the upper ends and back along the lower ones.
fn ribbon(scale: &Scale, bands: &[(f64, Band)]) -> String {
    let upper = bands.iter().map(|(t, band)| scale.point(*t, band.upper));
    let lower = bands.iter().rev().map(|(t, band)| scale.point(*t, band.lower));
    list(upper.chain(lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELD: Field = Field { width: 216.0, height: 92.0, pad: 6.0, line: 4.0, stretch: 2.2 };

    fn band(mean: f64) -> Band {
        Band { lower: mean - 1.0, mean, upper: mean + 1.0 }
    }

    fn story(values: &[f64]) -> Story {
        let past =
            values.iter().map(|value| Past { value: *value, band: Some(band(*value)), doubtful: false }).collect();
        Story { past, future: vec![band(5.0); 3], ..Story::default() }
    }

    fn heights(points: &str) -> Vec<String> {
        points.split(' ').filter_map(|point| Some(point.split_once(',')?.1.to_owned())).collect()
    }

    #[test]
    fn the_expected_band_is_frozen_after_the_onset() {
        let steps = [1.0, 1.0, 1.0, 6.0, 6.0, 6.0];
        let plot = Story { onset: Some((3, band(1.0))), ..story(&steps) }.plot(FIELD);
        let upper = &heights(&plot.band)[..steps.len()];
        assert!(upper.iter().all(|y| y == &upper[0]), "{upper:?}");
        assert_eq!(plot.event.split(' ').count(), 4, "the event begins at the last quiet reading");
        assert_eq!(plot.series.split(' ').count(), 3);
    }

    #[test]
    fn a_constant_series_still_has_a_scale() {
        for value in [0.0, 7.0, -3e12] {
            let past = vec![Past { value, band: None, doubtful: false }; 4];
            let plot = Story { past, ..Story::default() }.plot(FIELD);
            assert_eq!(heights(&plot.series), ["46.0"; 4]);
        }
    }

    #[test]
    fn a_future_period_is_drawn_wider_than_a_past_one() {
        let plot = story(&[1.0, 2.0, 3.0, 4.0, 5.0]).plot(FIELD);
        let x: Vec<f64> = plot.fan_line.split(' ').filter_map(|p| p.split_once(',')?.0.parse().ok()).collect();
        let past = (x[0] - FIELD.pad) / 4.0;
        assert!(((x[1] - x[0]) / past - 2.2).abs() < 0.01, "{x:?} after steps of {past}");
        assert!((x[3] - (FIELD.width - FIELD.pad)).abs() < 0.01, "the last period ends at the edge");
    }

    #[test]
    fn a_series_without_readings_draws_nothing_and_one_reading_is_a_dot() {
        assert_eq!(Story::default().plot(FIELD), Plot::default());
        let plot = story(&[4.0]).plot(FIELD);
        assert!(plot.dot.is_some_and(|dot| dot.x.is_finite() && dot.y.is_finite()));
    }

    #[test]
    fn an_onset_beyond_the_readings_is_the_last_of_them() {
        let plot = Story { onset: Some((99, band(1.0))), ..story(&[1.0, 2.0]) }.plot(FIELD);
        assert_eq!(plot.event.split(' ').count(), 2);
    }

    #[test]
    fn what_was_said_stands_between_the_readings_and_never_in_the_future() {
        let mut story = story(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        story.notes = vec![0.0, 1.5, 9.0];
        let plot = story.plot(FIELD);
        let present: f64 = plot.present[1..].split(' ').next().and_then(|x| x.parse().ok()).unwrap();
        let x: Vec<f64> = plot.notes.iter().filter_map(|d| d[1..].split(' ').next()?.parse().ok()).collect();
        assert_eq!((x[0], x[2]), (FIELD.pad, present));
        assert!(((x[1] - x[0]) / (present - x[0]) - 0.375).abs() < 0.01, "{x:?}");
    }

    #[test]
    fn what_is_doubted_is_a_ring_at_the_edge_and_the_line_passes_it_by() {
        let mut story = story(&[1.0, 2.0, 900.0, 3.0, -900.0]);
        [2, 4]
            .into_iter()
            .for_each(|step: usize| story.past[step] = Past { band: None, doubtful: true, ..story.past[step] });
        let plot = story.plot(FIELD);
        assert_eq!(plot.series.split(' ').count(), 3);
        assert_eq!(plot.doubtful.iter().map(|ring| ring.y).collect::<Vec<_>>(), [6.0, 86.0]);
        assert_eq!(plot.dot, None, "the last reading is one of them");
        story.past.iter_mut().for_each(|past| past.doubtful = true);
        let rings = story.plot(FIELD).doubtful;
        assert!(rings.len() == 5 && rings[0].y != rings[2].y, "among themselves they have a scale: {rings:?}");
    }

    #[test]
    fn everything_lies_inside_the_field() {
        let plot = Story { onset: Some((2, band(1.0))), ..story(&[1.0, 1.5, 80.0, -40.0]) }.plot(FIELD);
        for y in [plot.band, plot.fan, plot.series, plot.event].iter().flat_map(|points| heights(points)) {
            let y: f64 = y.parse().unwrap();
            assert!((6.0..=86.0).contains(&y), "{y}");
        }
    }
}
