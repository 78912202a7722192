/** Removes trailing slashes of a location, as most servers do. */
export const trimLocation = (location: string): string => location.replace(/\/+$/, '')
