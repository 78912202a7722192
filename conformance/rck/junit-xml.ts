/** Result of one test in a JUnit XML report. */
export interface TestResult {
  /** Class without its package, and method, such as `ViewTests.renameView()`. */
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly ms: number
  /** Message of the failure, or reason of the skip. Empty for a passed test. */
  readonly message: string
  /** Stack trace of the failure, or additional text of the skip. */
  readonly details: string
}

/**
 * Reads the XML report of JUnit's console launcher, which contains `testcase` elements, each with at most one of
 * `failure`, `error` and `skipped`. Supports only the XML that these reports contain (attributes, CDATA, entities).
 * Throws if a report has no test suite.
 */
export function parseJunitXml(xml: string): TestResult[] {
  if (!/<testsuite\b/.test(xml)) throw new Error('not a JUnit report: no <testsuite> element')
  const results: TestResult[] = []
  for (const [, attributes = '', body = ''] of withoutCdata(xml).matchAll(testCase)) {
    const values = readAttributes(attributes)
    const verdict = problem.exec(body)
    const details = verdict ? decodeEntities(verdict[3] ?? '').trim() : ''
    results.push({
      name: `${lastPart(values.get('classname') ?? '')}.${values.get('name') ?? ''}`,
      outcome: verdict === null ? 'passed' : verdict[1] === 'skipped' ? 'skipped' : 'failed',
      ms: Math.round(Number(values.get('time') ?? 0) * 1000),
      message: verdict ? (readAttributes(verdict[2] ?? '').get('message') ?? firstLine(details)) : '',
      details,
    })
  }
  return results
}

const testCase = /<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g
const problem = /<(failure|error|skipped)\b([^>]*?)(?:\/>|>([\s\S]*?)<\/\1>)/

// Converts CDATA to escaped text, so that the patterns above cannot match markup within the content of a
// test.
function withoutCdata(xml: string): string {
  return xml
    .replaceAll(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_, text: string) => encodeEntities(text))
    .replaceAll(/="[^"]*"/g, (quoted) => quoted.replaceAll('>', '&gt;').replaceAll('<', '&lt;'))
}

function readAttributes(text: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const [, name = '', value = ''] of text.matchAll(/([\w:-]+)="([^"]*)"/g)) {
    values.set(name, decodeEntities(value))
  }
  return values
}

function encodeEntities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

function decodeEntities(text: string): string {
  return text.replaceAll(
    /&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex?: string, dec?: string, name?: string) => {
      if (hex) return String.fromCodePoint(Number.parseInt(hex, 16))
      if (dec) return String.fromCodePoint(Number(dec))
      return named[name ?? ''] ?? whole
    },
  )
}

function lastPart(className: string): string {
  return className.slice(className.lastIndexOf('.') + 1)
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
