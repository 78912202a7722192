import { isRawNumber, type Json, type JsonObject } from '@headgate/json'
import { commitTime } from './sequence.ts'

/**
 * Members with default values of columns. Headgate and Iceberg's Java library may write the same value in different
 * forms.
 */
const defaults: ReadonlySet<string> = new Set(['initial-default', 'write-default'])
const texts: ReadonlySet<string> = new Set(['type', 'element', 'key', 'value'])
/**
 * Lists without a defined order, keyed by name. The value names the member by which a list is sorted before it is
 * compared.
 */
const unordered: ReadonlyMap<string, string> = new Map([
  ['statistics', 'snapshot-id'],
  ['partition-statistics', 'snapshot-id'],
  ['versions', 'version-id'],
])
/** Time in epoch ms after all generated times. A later time in a document was set by the clock of the Java library. */
const CLOCK = 1_700_000_000_000

type Members = Readonly<Record<string, Json | undefined>>

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
const isArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)
const isNumber = (value: Json | undefined): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint'

/**
 * Compares a metadata document of Headgate with the same document after the Java library has read and written it.
 * Returns the paths that differ, without list indices and each path once. Members that Java does not know, and empty
 * members that it omits, are not differences.
 */
export function readBackDifferences(ours: JsonObject, java: JsonObject): readonly string[] {
  const found = new Set<string>()
  compare(ours, java, '', found, true)
  return [...found]
}

/** Returns the paths at which two metadata documents that the Java library wrote differ. */
export function resultDifferences(a: JsonObject, b: JsonObject): readonly string[] {
  const found = new Set<string>()
  compare(a, b, '', found, false)
  return [...found]
}

function compare(
  a: Json | undefined,
  b: Json | undefined,
  path: string,
  found: Set<string>,
  readBack: boolean,
): void {
  if (a === b) return
  if (isArray(a) && isArray(b)) {
    if (a.length !== b.length) return void found.add(path)
    const key = unordered.get(lastName(path))
    const isSet = sets.has(lastName(path))
    const left = isSet ? a.toSorted(byText) : key === undefined ? a : sortedBy(a, key)
    const right = isSet ? b.toSorted(byText) : key === undefined ? b : sortedBy(b, key)
    for (const [index, item] of left.entries()) compare(item, right[index], `${path}[]`, found, readBack)
    return
  }
  if (isObject(a) && isObject(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const at = path === '' ? key : `${path}.${key}`
      const [left, right]: [Json | undefined, Json | undefined] = [own(a, key), own(b, key)]
      if (readBack && right === undefined && mayBeLeftOut(key, left, a)) continue
      compare(left, right, at, found, readBack)
    }
    return
  }
  if (!sameScalar(a, b, lastName(path))) found.add(path)
}

const byText = (a: Json, b: Json): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)

const own = (object: Members, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined

const lastName = (path: string): string => path.slice(path.lastIndexOf('.') + 1).replaceAll('[]', '')

function sortedBy(list: readonly Json[], key: string): readonly Json[] {
  const toKey = (item: Json): bigint => {
    const value = isObject(item) ? item[key] : undefined
    return isNumber(value) ? BigInt(value) : 0n
  }
  return list.toSorted((a, b) => (toKey(a) < toKey(b) ? -1 : toKey(a) > toKey(b) ? 1 : 0))
}

/**
 * Returns whether the Java library may omit a member, because it is unknown to Java, empty, or a sequence number of 0.
 */
function mayBeLeftOut(key: string, value: Json | undefined, parent: JsonObject): boolean {
  if (key.startsWith('x-') || value === null || value === undefined) return true
  if (key === 'sequence-number') return value === 0
  if (key === 'added-rows') return own(parent, 'first-row-id') === undefined
  return (isArray(value) && value.length === 0) || (isObject(value) && Object.keys(value).length === 0)
}

/** Lists that represent sets, whose elements the Java library writes in any order. */
const sets: ReadonlySet<string> = new Set(['identifier-field-ids'])

function sameScalar(a: Json | undefined, b: Json | undefined, name: string): boolean {
  if (defaults.has(name)) return sameDefault(a, b)
  if (name === 'encrypted-key-metadata' && typeof a === 'string' && typeof b === 'string')
    return Buffer.from(a, 'base64').equals(Buffer.from(b, 'base64'))
  if (texts.has(name) && typeof a === 'string' && typeof b === 'string') return typeText(a) === typeText(b)
  if (name === 'timestamp-ms' && isNumber(a) && isNumber(b)) return ourTime(a) === ourTime(b)
  return false
}

/**
 * Returns `now` for times of commits and of Java's clock, because these may differ between the two models, and any
 * other time as text.
 */
const ourTime = (time: number | bigint): string => (time > CLOCK ? 'now' : isNow(time) ? 'now' : String(time))
const isNow = (time: number | bigint): boolean =>
  Number(time) >= commitTime(-1) && (Number(time) - commitTime(-1)) % 1000 === 0

const typeText = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(' ', '')
    .replace(/^geometry\(ogc:crs84\)$/, 'geometry')
    .replace(/^geography\(ogc:crs84(,spherical)?\)$/, 'geography')
    .replace(/^(geography\(.*),spherical\)$/, '$1)')

function sameDefault(a: Json | undefined, b: Json | undefined): boolean {
  const [left, right] = [toNumber(a), toNumber(b)]
  if (left !== undefined && right !== undefined) {
    // Fractions are compared as 32-bit floats, because a float has fewer digits than a JSON number. Integers are
    // compared with all digits.
    if (isNumber(a) && isNumber(b) && Number.isInteger(left)) return a === b
    return Object.is(left, right) || Math.fround(left) === Math.fround(right)
  }
  if (typeof a !== 'string' || typeof b !== 'string') return false
  return (
    defaultText(a) === defaultText(b) || (decimalText(a) !== undefined && decimalText(a) === decimalText(b))
  )
}

function toNumber(value: Json | undefined): number | undefined {
  if (isNumber(value)) return Number(value)
  if (isRawNumber(value)) return Number(value.rawJSON)
  return undefined
}

/** Normalizes a date or time as text: writes UTC as +00:00, and removes seconds and fractions that are zero. */
const defaultText = (text: string): string =>
  text
    .toLowerCase()
    .replace(/z$/, '+00:00')
    .replace(/(\.\d*?)0+(?=$|\+)/, '$1')
    .replace(/\.(?=$|\+)/, '')
    .replace(/^((?:.*t)?\d\d:\d\d):00(?=$|\+)/, '$1')

/** Returns a decimal number as digits and exponent, or undefined if the text is not a decimal number. */
function decimalText(text: string): string | undefined {
  const [, whole, fraction = '', exponent = '0'] =
    /^([+-]?\d+)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
  if (whole === undefined) return undefined
  let digits = BigInt(whole.replace('+', '') + fraction)
  let power = Number(exponent) - fraction.length
  for (; digits !== 0n && digits % 10n === 0n; power++) digits /= 10n
  return `${digits}e${digits === 0n ? 0 : power}`
}
