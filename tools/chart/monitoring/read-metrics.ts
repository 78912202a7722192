/** Values of each label of a metric. */
type Labels = ReadonlyMap<string, ReadonlySet<string>>

/**
 * Labels of each metric, keyed by the name that queries use, which includes suffixes of histograms such as `_bucket`.
 */
export type Samples = ReadonlyMap<string, Labels>

/** Reads the names, labels and values of labels from Prometheus' text format. */
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
