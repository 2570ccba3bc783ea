//! Counters for operators, in Prometheus' text format.
//! Own atomics instead of a recorder of the whole process: memory stays the same whether or not
//! anybody scrapes, and every router under test counts for itself.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// Upper bounds of the histograms, in microseconds, with their Prometheus labels in seconds.
const BOUNDS: [(u64, &str); 12] = [
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (10_000_000, "10"),
];

/// Statuses this site answers with; any other is counted as 0.
const STATUSES: [u16; 14] = [
    200, 204, 303, 304, 308, 400, 404, 405, 413, 414, 431, 500, 503, 0,
];

/// Distribution of durations.
#[derive(Debug, Default)]
struct Histogram {
    buckets: [AtomicU64; BOUNDS.len()],
    count: AtomicU64,
    micros: AtomicU64,
}

impl Histogram {
    fn record(&self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        if let Some(bucket) = BOUNDS.iter().position(|(bound, _)| micros <= *bound) {
            self.buckets[bucket].fetch_add(1, Relaxed);
        }
        self.count.fetch_add(1, Relaxed);
        self.micros.fetch_add(micros, Relaxed);
    }

    fn render(&self, name: &str, labels: &str, out: &mut String) {
        let mut sum = 0;
        let comma = if labels.is_empty() { "" } else { "," };
        for (bucket, (_, bound)) in self.buckets.iter().zip(BOUNDS) {
            sum += bucket.load(Relaxed);
            line(
                out,
                format_args!("{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {sum}"),
            );
        }
        let count = self.count.load(Relaxed);
        line(
            out,
            format_args!("{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {count}"),
        );
        let seconds = Duration::from_micros(self.micros.load(Relaxed)).as_secs_f64();
        line(out, format_args!("{name}_sum{{{labels}}} {seconds}"));
        line(out, format_args!("{name}_count{{{labels}}} {count}"));
    }
}

#[derive(Debug, Default)]
struct Route {
    statuses: [AtomicU64; STATUSES.len()],
    durations: Histogram,
}

/// Counts of one router.
#[derive(Debug, Default)]
pub struct Metrics {
    /// By route pattern; there are as many as routes.
    routes: RwLock<BTreeMap<String, Arc<Route>>>,
    searches: Histogram,
}

/// What is read at the moment of scraping.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gauges {
    /// Publication the engine has followed to; `None` while it is empty.
    pub engine_publication: Option<u64>,
    pub register_publication: u64,
    pub items_in_force: u64,
    pub engine_documents: u64,
    pub engine_bytes: u64,
    pub register_bytes: u64,
    pub file_bytes: u64,
}

impl Metrics {
    /// Counts an answered request; `route` is the pattern, never the path.
    pub fn request(&self, route: &str, status: u16, duration: Duration) {
        let known = self
            .routes
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(route)
            .cloned();
        let known = known.unwrap_or_else(|| {
            let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(routes.entry(route.to_owned()).or_default())
        });
        let status = STATUSES
            .iter()
            .position(|s| *s == status)
            .unwrap_or(STATUSES.len() - 1);
        known.statuses[status].fetch_add(1, Relaxed);
        known.durations.record(duration);
    }

    /// Counts a search with the time it took inside.
    pub fn search(&self, duration: Duration) {
        self.searches.record(duration);
    }

    /// Everything in Prometheus' text format.
    pub fn render(&self, gauges: &Gauges) -> String {
        let mut out = String::with_capacity(8 * 1024);
        let routes = self
            .routes
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        head(
            &mut out,
            "quanze_http_requests_total",
            "counter",
            "Requests by route and status.",
        );
        for (route, counts) in &routes {
            for (status, count) in STATUSES.iter().zip(&counts.statuses) {
                let count = count.load(Relaxed);
                if count > 0 {
                    let name = "quanze_http_requests_total";
                    line(
                        &mut out,
                        format_args!("{name}{{route=\"{route}\",status=\"{status}\"}} {count}"),
                    );
                }
            }
        }
        let name = "quanze_http_request_duration_seconds";
        head(
            &mut out,
            name,
            "histogram",
            "Time from a request's head to its answer.",
        );
        for (route, counts) in &routes {
            counts
                .durations
                .render(name, &format!("route=\"{route}\""), &mut out);
        }
        let name = "quanze_search_duration_seconds";
        head(
            &mut out,
            name,
            "histogram",
            "Time of a search inside the service.",
        );
        self.searches.render(name, "", &mut out);
        gauges.render(&mut out);
        out
    }
}

impl Gauges {
    fn render(&self, out: &mut String) {
        let values = [
            (
                "quanze_engine_publication",
                "Publication the search engine has followed to.",
                self.engine_publication.unwrap_or(0),
            ),
            (
                "quanze_register_publication",
                "Newest publication of the register.",
                self.register_publication,
            ),
            (
                "quanze_items_in_force",
                "Items in force today.",
                self.items_in_force,
            ),
            (
                "quanze_engine_documents",
                "Documents in the search engine.",
                self.engine_documents,
            ),
            (
                "quanze_engine_bytes",
                "Bytes of the search index.",
                self.engine_bytes,
            ),
            (
                "quanze_register_bytes",
                "Bytes of the register's database.",
                self.register_bytes,
            ),
            (
                "quanze_file_bytes",
                "Bytes of the kept original files.",
                self.file_bytes,
            ),
        ];
        for (name, help, value) in values {
            head(out, name, "gauge", help);
            line(out, format_args!("{name} {value}"));
        }
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    line(out, format_args!("# HELP {name} {help}"));
    line(out, format_args!("# TYPE {name} {kind}"));
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(text);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route_and_status() {
        let metrics = Metrics::default();
        metrics.request("/items/{code}", 200, Duration::from_millis(2));
        metrics.request("/items/{code}", 200, Duration::from_mins(1));
        metrics.request("/items/{code}", 418, Duration::ZERO);
        let text = metrics.render(&Gauges::default());
        assert!(
            text.contains("quanze_http_requests_total{route=\"/items/{code}\",status=\"200\"} 2\n")
        );
        assert!(text.contains("status=\"0\"} 1\n"));
        assert!(text.contains("{route=\"/items/{code}\",le=\"0.0025\"} 2\n"));
        assert!(text.contains("{route=\"/items/{code}\",le=\"+Inf\"} 3\n"));
    }
}
