/**
 * Headers in the order in which they are sent. Names may have any case. A header that is sent several times has
 * several entries.
 */
export type HeaderList = readonly (readonly [name: string, value: string])[]

/**
 * Returns the values of a header, in the order in which they are sent.
 *
 * @example
 * ```ts
 * headerValues([['Via', 'a'], ['via', 'b']], 'VIA') // ['a', 'b']
 * ```
 */
export function headerValues(headers: HeaderList, name: string): string[] {
  const wanted = name.toLowerCase()
  return headers.filter(([each]) => each.toLowerCase() === wanted).map(([, value]) => value)
}

/**
 * Returns the value of a header, or undefined. Repeated values are joined by a comma (RFC 9110, section 5.3).
 *
 * @example
 * ```ts
 * headerValue([['Via', 'a'], ['via', 'b']], 'VIA') // 'a, b'
 * ```
 */
export function headerValue(headers: HeaderList, name: string): string | undefined {
  const values = headerValues(headers, name)
  return values.length === 0 ? undefined : values.join(', ')
}

/**
 * Returns the headers, without all headers that have one of the `names`.
 *
 * @example
 * ```ts
 * withoutHeaders([['Accept', '*'], ['Cookie', 'a=b']], 'cookie') // [['Accept', '*']]
 * ```
 */
export function withoutHeaders(headers: HeaderList, ...names: readonly string[]): HeaderList {
  const removed = new Set(names.map((name) => name.toLowerCase()))
  return headers.filter(([name]) => !removed.has(name.toLowerCase()))
}

/**
 * Returns the headers, in which the headers of `replacing` replace all headers of the same names.
 *
 * @example
 * ```ts
 * withHeaders([['accept', '*'], ['x-team', 'core']], [['Accept', 'text/csv']]) // [['x-team', 'core'], ['Accept', 'text/csv']]
 * ```
 */
export function withHeaders(headers: HeaderList, replacing: HeaderList): HeaderList {
  return [...withoutHeaders(headers, ...replacing.map(([name]) => name)), ...replacing]
}

/**
 * Returns one header per name with its values joined, in the order in which names first occur. `fetch` sends headers in
 * this form.
 *
 * @example
 * ```ts
 * joinHeaders([['X-A', ' 1 '], ['x-a', '2']]) // [['X-A', '1, 2']]
 * ```
 */
export function joinHeaders(headers: HeaderList): HeaderList {
  const joined = new Map<string, [string, string]>()
  for (const [name, value] of headers) {
    const key = name.toLowerCase()
    const trimmed = value.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')
    const known = joined.get(key)
    if (known === undefined) joined.set(key, [name, trimmed])
    else known[1] += `, ${trimmed}`
  }
  return [...joined.values()]
}
