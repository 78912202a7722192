import { parser } from '@prometheus-io/lezer-promql'

/** Condition of a PromQL query on the value of a label, such as `status=~"5.."`. */
export interface Matcher {
  readonly label: string
  readonly operator: string
  readonly value: string
}

/** Metric that a query reads, with the conditions on its labels. */
interface Selector {
  readonly metric: string
  readonly matchers: readonly Matcher[]
}

/** Parsed PromQL query: the metrics that it reads, and the labels by which it groups or joins them. */
export interface Query {
  readonly selectors: readonly Selector[]
  readonly grouping: readonly string[]
}

/** Matches variables of Grafana that represent a duration. */
const intervals = /\$__(?:rate_)?interval\b/g

/**
 * Parses a PromQL query. Accepts variables of Grafana in place of durations.
 *
 * @throws Error when the query is malformed
 */
export function readPromql(text: string): Query {
  const query = text.replaceAll(intervals, '5m')
  const selectors: { metric: string; matchers: Matcher[] }[] = []
  const grouping: string[] = []
  let isGrouping = false
  let matcher = { label: '', operator: '' }
  parser.parse(query).iterate({
    enter({ type, name, from, to }) {
      const source = query.slice(from, to)
      if (type.isError)
        throw new Error(`The query is malformed at "${query.slice(from, from + 20)}": ${text}`)
      if (name === 'VectorSelector') selectors.push({ metric: '', matchers: [] })
      const selector = selectors.at(-1)
      if (name === 'GroupingLabels') isGrouping = true
      else if (name === 'LabelName' && isGrouping) grouping.push(source)
      else if (name === 'LabelName') matcher = { ...matcher, label: source }
      else if (name === 'MatchOp') matcher = { ...matcher, operator: source }
      else if (name === 'Identifier' && selector !== undefined) selector.metric = source
      else if (name === 'StringLiteral' && selector !== undefined && matcher.label !== '') {
        selector.matchers.push({ ...matcher, value: source.slice(1, -1) })
        matcher = { label: '', operator: '' }
      }
    },
    leave({ name }) {
      if (name === 'GroupingLabels') isGrouping = false
    },
  })
  return { selectors, grouping }
}
