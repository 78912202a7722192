export type Library = 'errors' | 'json' | 'sigv4' | 'http' | 'auth' | 'iceberg' | 'lance' | 'forward'

/** The libraries, each after those it depends on. */
export const libraryNames: readonly Library[] = [
  'errors',
  'json',
  'sigv4',
  'http',
  'auth',
  'iceberg',
  'lance',
  'forward',
]

/** Their entry points. */
export const libraries: Readonly<Record<Library, readonly string[]>> = {
  errors: ['.'],
  json: ['.'],
  sigv4: ['.', './web'],
  http: ['.'],
  auth: ['.', './tokens'],
  iceberg: ['./client', './metadata', './rest', './view'],
  lance: ['./client', './model'],
  forward: ['.'],
}

/** Returns the specifier of an entry point: `@headgate/lance/client`. */
export function specifier(library: Library, entry: string): string {
  return `@headgate/${library}${entry.slice(1)}`
}

/** Entry points that only work in Node. Some of them use types of Node. */
export const nodeOnly: readonly string[] = ['@headgate/sigv4', '@headgate/forward']
