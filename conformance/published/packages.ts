export type Library = 'errors' | 'json' | 'sigv4' | 'auth' | 'iceberg' | 'lance' | 'forward'

/** The libraries, each after those it depends on. */
export const libraryNames: readonly Library[] = [
  'errors',
  'json',
  'sigv4',
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
  auth: ['.', './calls', './node', './tokens'],
  iceberg: ['./client', './metadata', './rest', './view'],
  lance: ['./client', './model'],
  forward: ['.'],
}

/** `@headgate/lance/client` */
export function specifier(library: Library, entry: string): string {
  return `@headgate/${library}${entry.slice(1)}`
}

/** For Node alone: the types of some name those of Node. */
export const nodeOnly: readonly string[] = ['@headgate/sigv4', '@headgate/auth/node', '@headgate/forward']
