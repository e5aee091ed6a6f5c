//! What a screenshot is made of: how saturated its colours are, and how much of it they cover.

use std::{collections::HashMap, io::Cursor};

/// The colours of a picture and how many pixels have each.
pub struct Pixels {
    /// Width and height.
    pub size: (u32, u32),
    colours: HashMap<[u8; 3], usize>,
}

impl Pixels {
    /// Reads a PNG of eight bits a channel, as browsers write it.
    ///
    /// # Panics
    /// If it is none.
    pub fn of(png: &[u8]) -> Self {
        let mut reader = png::Decoder::new(Cursor::new(png)).read_info().expect("a screenshot is a PNG");
        let mut buffer = vec![0; reader.output_buffer_size().expect("a screenshot fits into memory")];
        let info = reader.next_frame(&mut buffer).expect("a screenshot is whole");
        assert_eq!(info.bit_depth, png::BitDepth::Eight);
        let samples = info.color_type.samples();
        assert!(3 <= samples, "a screenshot has colours");
        Self { size: (info.width, info.height), colours: count(buffer[..info.buffer_size()].chunks_exact(samples)) }
    }

    /// The most saturated colour: its chroma, and its red, green and blue.
    pub fn most_saturated(&self) -> (f64, [u8; 3]) {
        let all = self.colours.keys().map(|&colour| (chroma(colour), colour));
        all.max_by(|a, b| a.0.total_cmp(&b.0)).expect("a picture has a pixel")
    }

    /// The share of the pixels with a chroma of more than `limit`, from 0 to 1.
    pub fn share_over(&self, limit: f64) -> f64 {
        let over = self.colours.iter().filter(|(colour, _)| limit < chroma(**colour)).map(|(_, count)| count);
        over.sum::<usize>() as f64 / self.colours.values().sum::<usize>() as f64
    }
}

fn count<'a>(pixels: impl Iterator<Item = &'a [u8]>) -> HashMap<[u8; 3], usize> {
    let mut colours = HashMap::new();
    // Neighbours are mostly of one colour, so whole runs are counted at once.
    let (mut run, mut length) = ([0; 3], 0);
    for pixel in pixels {
        let colour = [pixel[0], pixel[1], pixel[2]];
        if colour != run {
            *colours.entry(run).or_default() += std::mem::take(&mut length);
            run = colour;
        }
        length += 1;
    }
    *colours.entry(run).or_default() += length;
    colours.retain(|_, count| 0 < *count);
    colours
}

/// The chroma of a colour of sRGB in Oklch, about 0 to 0.32: Ottosson, *A perceptual color space for image processing*
/// (2020).
pub fn chroma(colour: [u8; 3]) -> f64 {
    let [r, g, b] = colour.map(linear);
    let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    let green_red = 1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s;
    let blue_yellow = 0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s;
    green_red.hypot(blue_yellow)
}

/// A channel of sRGB without its gamma, from 0 to 1: IEC 61966-2-1.
fn linear(channel: u8) -> f64 {
    let encoded = f64::from(channel) / 255.0;
    if encoded <= 0.040_45 { encoded / 12.92 } else { ((encoded + 0.055) / 1.055).powf(2.4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CSS Color 4 gives `oklch(62.796% 0.25768 29.234)` for red and so on.
    #[test]
    fn the_chroma_of_known_colours_is_known() {
        let known = [
            ([255, 0, 0], 0.257_68),
            ([0, 255, 0], 0.294_83),
            ([0, 0, 255], 0.313_21),
            ([0, 0, 0], 0.0),
            ([128, 128, 128], 0.0),
            ([255, 255, 255], 0.0),
        ];
        for (colour, expected) in known {
            assert!((chroma(colour) - expected).abs() < 0.000_1, "{colour:?}: {}", chroma(colour));
        }
    }

    #[test]
    fn colours_are_counted_wherever_they_stand() {
        let pixels = [[9, 9, 9, 255], [9, 9, 9, 255], [255, 0, 0, 255], [9, 9, 9, 255]];
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, 2, 2);
        encoder.set_color(png::ColorType::Rgba);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(pixels.as_flattened()).unwrap();
        writer.finish().unwrap();

        let read = Pixels::of(&file);
        assert_eq!((read.size, read.most_saturated().1), ((2, 2), [255, 0, 0]));
        assert_eq!((read.share_over(0.1), read.share_over(0.3)), (0.25, 0.0));
    }
}
