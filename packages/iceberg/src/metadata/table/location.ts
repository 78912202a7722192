import { invalid } from '../../field-error.ts'

/** A location as it is stored: without trailing slashes, except those of a bare scheme (`file:///` keeps `file://`). */
export function storedLocation(location: string): string {
  if (location === '') throw invalid('Invalid location: must not be empty', 'must not be empty')
  let end = location.length
  while (end > 0 && location[end - 1] === '/' && !location.slice(0, end).endsWith('://')) end--
  if (end === 0) throw invalid('Invalid location: nothing but slashes', 'nothing but slashes')
  return location.slice(0, end)
}
