//! Small pictures made of characters.

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A share in [0, 1] as a bar of at most `width` characters.
pub fn bar(share: f64, width: usize) -> String {
    let filled = (share.clamp(0.0, 1.0) * width as f64).round() as usize;
    "█".repeat(filled)
}

/// A line of values, the smallest low and the largest high; a gap where there is none. A long line is thinned to `width`.
pub fn sparkline(values: &[Option<f64>], width: usize) -> String {
    let step = values.len().div_ceil(width.max(1)).max(1);
    let shown: Vec<Option<f64>> = values.iter().step_by(step).map(|value| value.filter(|v| v.is_finite())).collect();
    let known = || shown.iter().flatten().copied();
    let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
    let level = |value: f64| {
        // The halves keep the span of the largest finite numbers finite.
        let share = if high > low { (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0) } else { 0.5 };
        BLOCKS[((share * 7.0).round() as usize).min(7)]
    };
    shown.iter().map(|value| value.map_or(' ', level)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_numbers() {
        assert_eq!(bar(0.5, 10), "█████");
        assert_eq!((bar(-1.0, 10), bar(7.0, 3)), (String::new(), "███".into()));
        assert_eq!(sparkline(&[Some(0.0), None, Some(1.0), Some(0.5)], 10), "▁ █▅");
        assert_eq!(sparkline(&[Some(2.0), Some(2.0)], 10), "▅▅");
        assert_eq!(sparkline(&[Some(f64::MAX), Some(-f64::MAX)], 10), "█▁");
        assert_eq!(sparkline(&[], 10), "");
        assert_eq!(sparkline(&vec![Some(1.0); 25], 10).chars().count(), 9);
    }
}
