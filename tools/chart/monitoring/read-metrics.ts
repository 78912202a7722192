/** Values of the labels of one metric, keyed by the name of the label. */
type Labels = ReadonlyMap<string, ReadonlySet<string>>

/**
 * Labels of all metrics, keyed by the name of the metric in queries, which includes suffixes of histograms such as
 * `_bucket`.
 */
export type Samples = ReadonlyMap<string, Labels>

/** Parses metrics in the text format of Prometheus, and returns the labels of each metric. */
export function readMetrics(text: string): Samples {
  const samples = new Map<string, Map<string, Set<string>>>()
  for (const line of text.split('\n')) {
    const sample = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? [^ ]+$/.exec(line)?.groups
    const name = sample?.['name']
    if (name === undefined) continue
    const labels = samples.get(name) ?? new Map<string, Set<string>>()
    samples.set(name, labels)
    for (const [, label = '', value = ''] of (sample?.['labels'] ?? '').matchAll(
      /(\w+)="((?:[^"\\]|\\.)*)"/g,
    ))
      labels.set(label, (labels.get(label) ?? new Set()).add(value))
  }
  return samples
}
