import { invalid } from '../../field-error.ts'

/** Removes trailing slashes of a location, except those of a scheme: `file:///` becomes `file://`. */
export function normalizeLocation(location: string): string {
  if (location === '') throw invalid('Invalid location: must not be empty', 'must not be empty')
  let end = location.length
  while (end > 0 && location[end - 1] === '/' && !location.slice(0, end).endsWith('://')) end--
  if (end === 0)
    throw invalid('Invalid location: must not consist of slashes only', 'must not consist of slashes only')
  return location.slice(0, end)
}
