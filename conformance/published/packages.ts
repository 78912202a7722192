export type Library = 'errors' | 'json' | 'sigv4' | 'auth' | 'iceberg' | 'lance'

/** The libraries, each after those it depends on. */
export const libraryNames: readonly Library[] = ['errors', 'json', 'sigv4', 'auth', 'iceberg', 'lance']

/** Their entry points. */
export const libraries: Readonly<Record<Library, readonly string[]>> = {
  errors: ['.'],
  json: ['.'],
  sigv4: ['.', './web'],
  auth: ['.'],
  iceberg: ['./client', './metadata', './rest', './view'],
  lance: ['./client', './model'],
}

/** `@headgate/lance/client` */
export function specifier(library: Library, entry: string): string {
  return `@headgate/${library}${entry.slice(1)}`
}
