/** Headers as they are sent: in order, repeated ones repeated, names in any case. */
export type HeaderList = readonly (readonly [name: string, value: string])[]

/** The values of a header, in order. */
export function headerValues(headers: HeaderList, name: string): string[] {
  const wanted = name.toLowerCase()
  return headers.filter(([each]) => each.toLowerCase() === wanted).map(([, value]) => value)
}

/** The value of a header, or undefined; several are joined by a comma (RFC 9110 section 5.3). */
export function headerValue(headers: HeaderList, name: string): string | undefined {
  const values = headerValues(headers, name)
  return values.length === 0 ? undefined : values.join(', ')
}

/** The headers without those of these names. */
export function withoutHeaders(headers: HeaderList, ...names: readonly string[]): HeaderList {
  const gone = new Set(names.map((name) => name.toLowerCase()))
  return headers.filter(([name]) => !gone.has(name.toLowerCase()))
}

/** The headers with these in the place of all of the same names. */
export function withHeaders(headers: HeaderList, replacing: HeaderList): HeaderList {
  return [...withoutHeaders(headers, ...replacing.map(([name]) => name)), ...replacing]
}

/** One header for each name, its values joined, in the order in which names first come: what `fetch` would make of them. */
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
