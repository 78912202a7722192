import type { Json } from '@headgate/json'

// Values from which documents are generated: common values, and values at the limits of what the specification allows.

export const types: readonly string[] = [
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'string',
  'uuid',
  'binary',
  'decimal(9,2)',
  'decimal(38, 0)',
  'fixed[3]',
]
export const typesSince3: readonly string[] = [
  'timestamp_ns',
  'timestamptz_ns',
  'variant',
  'unknown',
  'geometry',
  'geometry(EPSG:4326)',
  'geography',
  'geography(OGC:CRS84, karney)',
]
export const oddTypes: readonly string[] = [
  'Long',
  'DECIMAL(9 ,2)',
  'decimal(39,1)',
  'decimal(2,9)',
  'decimal(0,0)',
  'foo',
  'fixed[0]',
  'geography(x, y)',
  'geometry()',
  'geography()',
  'geometry(a,b)',
  'struct',
  '',
  'TIMESTAMPTZ_NS',
  'fixed[ 4 ]',
  'Variant',
]

const fractions = ['', '.1', '.123', '.123456', '.1234567', '.123456789', '.100000000', '.000000000']
const times = ['00:00', '23:59:59', '12:30:15', '24:00:00', '12:60', '1:00']
const dates = [
  '2020-02-29',
  '1969-12-31',
  '0001-01-01',
  '2021-02-29',
  '+12345-01-01',
  '-0044-03-15',
  '2024-1-01',
  '9999-12-31',
  '2262-04-12',
  '0000-01-01',
  '-10000-01-01',
  '12345-01-01',
]
const timestamps = dates.flatMap((date) => ['T00:00', 'T12:30:15', ' 10:00'].map((time) => date + time))

const withFractions = (list: readonly string[]): string[] =>
  list.flatMap((text) => fractions.map((fraction) => (/:\d\d:\d\d$/.test(text) ? text + fraction : text)))

/**
 * Default values of columns, keyed by the type without its parameters: valid and invalid values, and valid values in
 * unusual notations.
 */
export const defaults: Readonly<Record<string, readonly Json[]>> = {
  boolean: [true, false, 'true', 1],
  int: [0, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 0.5, '1'],
  long: [0, 9007199254740991, 9223372036854775807n, -9223372036854775808n, 9223372036854775808n, 0.5],
  float: [0, 1, -0, 0.1, 3.4028235e38, 1e39, 16777217, '1.0', 0.10000000149011612],
  double: [0, 1, 1e5, 1e300, 0.1, 9007199254740993n, 5e-324, 123456789012345678901234567890n, 'NaN'],
  date: dates,
  time: withFractions(times),
  timestamp: withFractions(timestamps),
  timestamptz: withFractions(timestamps).flatMap((text) => [
    `${text}+00:00`,
    `${text}Z`,
    text,
    `${text}+01:00`,
    `${text}-00:00`,
  ]),
  timestamp_ns: withFractions(timestamps),
  timestamptz_ns: withFractions(timestamps).flatMap((text) => [`${text}+00:00`, `${text}Z`, `${text}+01:00`]),
  string: ['', 'a', 'é\u2028', 5],
  uuid: [
    'f79c3e09-677c-4bbd-a479-3f349cb785e7',
    'F79C3E09-677C-4BBD-A479-3F349CB785E7',
    'f79c3e09677c4bbda4793f349cb785e7',
    'f79c3e09-677c-4bbd-a479-3f349cb785eg',
  ],
  binary: ['', '00', '00aF', '0', 'xx'],
  decimal: [
    '14.20',
    '0.00',
    '-1.00',
    '1',
    '1.5',
    '1E+2',
    '1e0',
    '12345678901234567890.12',
    '.50',
    '1.',
    14.2,
    '99999999.99',
    '1234567.89',
    '12345678901234567890123456789012345678',
    '123456789012345678901234567890123456789',
    '+1.25',
  ],
  fixed: ['000102', 'ABCDEF', '0001', '00010g', '00010203'],
  unknown: [null, 1],
  variant: [null, {}, 'a'],
  geometry: [null, 'POINT (1 2)'],
  geography: [null, 'POINT (1 2)'],
  struct: [{}, { 1: 2 }, null, []],
  list: [[], null],
  map: [{ keys: [], values: [] }, null],
}

export const transforms: readonly string[] = [
  'identity',
  'identity',
  'bucket[4]',
  'bucket[16]',
  'truncate[3]',
  'year',
  'month',
  'day',
  'hour',
  'void',
]
export const oddTransforms: readonly string[] = [
  'Identity',
  'BUCKET[4]',
  'bucket[0]',
  'bucket[4294967296]',
  'truncate[-1]',
  'zorder',
  'custom[7]',
  '',
  'bucket',
  'bucket[04]',
]

export const names: readonly string[] = [
  'a',
  'b',
  'c',
  'd',
  'x',
  'y',
  'ts',
  'id',
  'name',
  'element',
  'key',
  'value',
]
export const oddNames: readonly string[] = [
  '',
  'a.b',
  'A',
  'é',
  ' ',
  '__proto__',
  'constructor',
  'x'.repeat(300),
]

/** Values of all JSON types, with which a generated fault replaces a valid value. */
export const anything: readonly Json[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  -2,
  3,
  999,
  1000,
  2 ** 31,
  -(2 ** 31) - 1,
  9007199254740992n,
  9223372036854775807n,
  9223372036854775808n,
  -9223372036854775808n,
  0.5,
  1e300,
  '',
  'x',
  'main',
  'struct',
  'long',
  'branch',
  'tag',
  '1',
  [],
  {},
  [null],
  [1],
  ['x'],
  { a: 1 },
  { a: 'b' },
]

export const propertyNames: readonly string[] = [
  'a',
  'b',
  'owner',
  'write.metadata.previous-versions-max',
  'write.metadata.delete-after-commit.enabled',
  'write.parquet.compression-codec',
  'commit.retry.num-retries',
  'write.metadata.metrics.column.a',
  'version.history.num-entries',
  'replace.drop-dialect.allowed',
]
export const oddPropertyNames: readonly string[] = [
  'format-version',
  'uuid',
  'current-schema',
  'snapshot-count',
  '',
  '__proto__',
  'encryption.key-id',
  'default-sort-order',
]
export const propertyValues: readonly string[] = [
  '1',
  '2',
  '3',
  'true',
  'false',
  'x',
  '',
  '-1',
  '+1',
  '2147483648',
  ' 1',
  '0',
]
