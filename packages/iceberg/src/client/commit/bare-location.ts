/** A location as most servers keep it: without slashes at its end. */
export const bareLocation = (location: string): string => location.replace(/\/+$/, '')
