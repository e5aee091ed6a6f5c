//! Prometheus' messages as a sender writes them: an encoder that shares nothing with the room's reader.

/// Remote write 1.0.
pub mod v1 {
    /// `prometheus.WriteRequest`.
    #[derive(Clone, PartialEq, prost::Message)]
    pub struct WriteRequest {
        /// The series.
        #[prost(message, repeated, tag = "1")]
        pub timeseries: Vec<TimeSeries>,
    }

    /// A series and its samples.
    #[derive(Clone, PartialEq, prost::Message)]
    pub struct TimeSeries {
        /// Sorted by name; the name of the metric is `__name__`.
        #[prost(message, repeated, tag = "1")]
        pub labels: Vec<Label>,
        /// Oldest first.
        #[prost(message, repeated, tag = "2")]
        pub samples: Vec<Sample>,
        /// Native histograms, oldest first.
        #[prost(message, repeated, tag = "4")]
        pub histograms: Vec<super::Histogram>,
    }

    /// A name and a value.
    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Label {
        /// Its name.
        #[prost(string, tag = "1")]
        pub name: String,
        /// Its value.
        #[prost(string, tag = "2")]
        pub value: String,
    }

    /// A number at a moment.
    #[derive(Clone, Copy, PartialEq, prost::Message)]
    pub struct Sample {
        /// The number.
        #[prost(double, tag = "1")]
        pub value: f64,
        /// In Unix milliseconds.
        #[prost(int64, tag = "2")]
        pub timestamp: i64,
    }

    /// A series of one metric with these labels and `(milliseconds, value)`.
    pub fn series(metric: &str, labels: &[(&str, &str)], samples: &[(i64, f64)]) -> TimeSeries {
        let label = |(name, value): (&str, &str)| Label { name: name.to_owned(), value: value.to_owned() };
        let labels = [("__name__", metric)].into_iter().chain(labels.iter().copied()).map(label).collect();
        let samples = samples.iter().map(|&(timestamp, value)| Sample { value, timestamp }).collect();
        TimeSeries { labels, samples, histograms: Vec::new() }
    }
}

/// Remote write 2.0.
pub mod v2 {
    /// `io.prometheus.write.v2.Request`.
    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Request {
        /// Every text, once; the first is empty.
        #[prost(string, repeated, tag = "4")]
        pub symbols: Vec<String>,
        /// The series.
        #[prost(message, repeated, tag = "5")]
        pub timeseries: Vec<TimeSeries>,
    }

    /// A series and its samples.
    #[derive(Clone, PartialEq, prost::Message)]
    pub struct TimeSeries {
        /// Places of names and values in the symbols.
        #[prost(uint32, repeated, tag = "1")]
        pub labels_refs: Vec<u32>,
        /// Oldest first.
        #[prost(message, repeated, tag = "2")]
        pub samples: Vec<Sample>,
        /// Native histograms, oldest first.
        #[prost(message, repeated, tag = "3")]
        pub histograms: Vec<super::Histogram>,
        /// What the series is.
        #[prost(message, optional, tag = "5")]
        pub metadata: Option<Metadata>,
    }

    /// A number at a moment.
    #[derive(Clone, Copy, PartialEq, prost::Message)]
    pub struct Sample {
        /// The number.
        #[prost(double, tag = "1")]
        pub value: f64,
        /// In Unix milliseconds.
        #[prost(int64, tag = "2")]
        pub timestamp: i64,
        /// In Unix milliseconds; 0 if it is not said.
        #[prost(int64, tag = "3")]
        pub start_timestamp: i64,
    }

    /// What a series is.
    #[derive(Clone, Copy, PartialEq, prost::Message)]
    pub struct Metadata {
        /// 1 a counter, 2 a gauge.
        #[prost(int32, tag = "1")]
        pub kind: i32,
        /// The place of its unit in the symbols.
        #[prost(uint32, tag = "4")]
        pub unit_ref: u32,
    }

    impl Request {
        /// Adds a series of one metric of a kind with these labels and `(milliseconds, value)`.
        pub fn put(&mut self, metric: &str, labels: &[(&str, &str)], kind: i32, samples: &[(i64, f64)]) {
            let texts = ["__name__", metric].into_iter().chain(labels.iter().flat_map(|&(name, value)| [name, value]));
            let labels_refs = texts.map(|text| self.symbol(text)).collect();
            let sample = |&(timestamp, value): &(i64, f64)| Sample { value, timestamp, start_timestamp: 0 };
            let samples = samples.iter().map(sample).collect();
            let metadata = Some(Metadata { kind, unit_ref: 0 });
            self.timeseries.push(TimeSeries { labels_refs, samples, histograms: Vec::new(), metadata });
        }

        fn symbol(&mut self, text: &str) -> u32 {
            if self.symbols.is_empty() {
                self.symbols.push(String::new());
            }
            let known = self.symbols.iter().position(|symbol| symbol == text);
            let place = known.unwrap_or_else(|| {
                self.symbols.push(text.to_owned());
                self.symbols.len() - 1
            });
            u32::try_from(place).expect("a test has few texts")
        }
    }
}

/// A native histogram, as far as a test needs it.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Histogram {
    /// How many there were.
    #[prost(uint64, tag = "1")]
    pub count_int: u64,
    /// Their sum.
    #[prost(double, tag = "3")]
    pub sum: f64,
    /// By how much the buckets grow.
    #[prost(sint32, tag = "4")]
    pub schema: i32,
    /// How far from zero is near.
    #[prost(double, tag = "5")]
    pub zero_threshold: f64,
    /// How many were near zero.
    #[prost(uint64, tag = "6")]
    pub zero_count_int: u64,
    /// Where the buckets of what is above zero lie.
    #[prost(message, repeated, tag = "11")]
    pub positive_spans: Vec<BucketSpan>,
    /// How many more are in each than in the one before.
    #[prost(sint64, repeated, tag = "12")]
    pub positive_deltas: Vec<i64>,
    /// In Unix milliseconds.
    #[prost(int64, tag = "15")]
    pub timestamp: i64,
    /// The bounds, where the schema is -53.
    #[prost(double, repeated, tag = "16")]
    pub custom_values: Vec<f64>,
}

/// Buckets in a row.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct BucketSpan {
    /// How many lie between the span before and this one.
    #[prost(sint32, tag = "1")]
    pub offset: i32,
    /// How many there are.
    #[prost(uint32, tag = "2")]
    pub length: u32,
}

/// By which a sender says that a series has ended.
pub const STALE: f64 = f64::from_bits(0x7ff0_0000_0000_0002);
