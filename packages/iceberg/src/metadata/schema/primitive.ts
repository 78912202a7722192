import { invalid } from '../../field-error.ts'

/**
 * A parsed primitive type. `text` is the form that is stored, and `canonical` is a form that is equal for equal
 * types.
 */
export interface Primitive {
  readonly kind: PrimitiveKind
  readonly text: string
  readonly canonical: string
  /** Number of bytes of a `fixed`, or the scale of a `decimal`. */
  readonly size?: number
}

/** Kind of a primitive type, without its parameters. */
export type PrimitiveKind = (typeof SIMPLE)[number] | 'decimal' | 'fixed' | 'geometry' | 'geography'

const SIMPLE = [
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'timestamp_ns',
  'timestamptz_ns',
  'string',
  'uuid',
  'binary',
  'unknown',
  'variant',
] as const

const SIMPLE_BY_NAME: ReadonlyMap<string, (typeof SIMPLE)[number]> = new Map(
  SIMPLE.map((name) => [name, name]),
)
const DECIMAL = /^decimal\(\s*(\d{1,9})\s*,\s*(\d{1,9})\s*\)$/
const FIXED = /^fixed\[\s*(\d{1,9})\s*\]$/
const PARAMETERS = /^(geometry|geography)\s*(?:\(([^()]*)\))?$/i
const ALGORITHMS = ['spherical', 'vincenty', 'thomas', 'andoyer', 'karney']
const DEFAULT_CRS = 'OGC:CRS84'
const LONGEST = 1000

/**
 * Parses the text of a primitive type. Accepts names in any case and parameters with any spaces, because clients differ.
 * The stored form has the name in lower case and the parameters unchanged.
 *
 * @example
 * ```ts
 * const { kind, size } = parsePrimitive('decimal(9, 2)')
 * ```
 */
export function parsePrimitive(text: string): Primitive {
  if (text.length > LONGEST) throw invalid('Cannot parse type string to primitive: too long')
  const lower = text.toLowerCase()
  const simple = SIMPLE_BY_NAME.get(lower)
  if (simple !== undefined) return { kind: simple, text: simple, canonical: simple }
  return parseSized(lower) ?? parseGeospatial(text) ?? unparsable(text)
}

function unparsable(text: string): never {
  // The text may be a location that a client sent by mistake. The part before its @ may be a secret.
  throw invalid(`Cannot parse type string to primitive: ${text.replaceAll(/[^/]*@/g, '…@')}`)
}

function parseSized(lower: string): Primitive | undefined {
  const decimal = DECIMAL.exec(lower)
  if (decimal !== null) {
    const precision = Number(decimal[1])
    const scale = Number(decimal[2])
    if (precision > 38)
      throw invalid(`Decimals with precision larger than 38 are not supported: ${precision}`)
    return { kind: 'decimal', text: lower, canonical: `decimal(${precision}, ${scale})`, size: scale }
  }
  const fixed = FIXED.exec(lower)
  if (fixed === null) return undefined
  const length = Number(fixed[1])
  return { kind: 'fixed', text: lower, canonical: `fixed[${length}]`, size: length }
}

function parseGeospatial(text: string): Primitive | undefined {
  const match = PARAMETERS.exec(text)
  if (match === null) return undefined
  const kind = match[1]?.toLowerCase() === 'geometry' ? 'geometry' : 'geography'
  const stored = kind + text.slice(kind.length)
  const parameters = match[2]?.split(',').map((parameter) => parameter.trim()) ?? []
  const [crs = DEFAULT_CRS, algorithm] = parameters
  // A comma separates the CRS of a geography from the edge algorithm. The CRS of a geometry may contain a comma.
  if (kind === 'geometry') {
    const whole = match[2]?.trim() ?? DEFAULT_CRS
    if (whole === '') throw invalid('Invalid CRS: (empty string)')
    return { kind, text: stored, canonical: `geometry(${whole.toUpperCase()})` }
  }
  if (crs === '') throw invalid('Invalid CRS: (empty string)')
  if (parameters.length > 2) return undefined
  const edges = (algorithm ?? 'spherical').toLowerCase()
  if (!ALGORITHMS.includes(edges)) throw invalid(`Invalid edge interpolation algorithm: ${algorithm ?? ''}`)
  return { kind, text: stored, canonical: `geography(${crs.toUpperCase()}, ${edges})` }
}
