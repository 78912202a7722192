import { HeadgateError } from '@headgate/errors'

/** Pattern of a tag name, and of each part of a branch name between slashes. */
const refPart = /^(?!\.)(?!.*\.\.)(?!.*\.lock$)[A-Za-z0-9._-]{1,255}$/

/**
 * Returns the location of the files of a branch.
 *
 * @param location location of the table
 * @param branch name of the branch. Null for the main branch
 * @throws HeadgateError `bad-request` for a malformed branch name
 */
export function branchLocation(location: string, branch: string | null): string {
  if (branch === null) return location
  if (!branch.split('/').every((part) => refPart.test(part))) throw invalidRef('branch')
  return `${location}/tree/${branch}`
}

/**
 * Returns the location of the file that defines a tag.
 *
 * @param location location of the table
 * @throws HeadgateError `bad-request` for a malformed tag name
 */
export function tagLocation(location: string, tag: string): string {
  if (!refPart.test(tag)) throw invalidRef('tag')
  return `${tagsFolder(location)}${tag}.json`
}

/** Returns the folder that contains the files of all tags, ending in `/`. */
export function tagsFolder(location: string): string {
  return `${location}/_refs/tags/`
}

/** Returns the folder that contains the files of all branches, ending in `/`. */
export function branchesFolder(location: string): string {
  return `${location}/_refs/branches/`
}

function invalidRef(what: 'branch' | 'tag'): HeadgateError {
  const slash = what === 'branch' ? ', and "/" between its parts' : ''
  return new HeadgateError(
    'bad-request',
    `Invalid name of a ${what}: it may contain letters, digits, ".", "-" and "_"${slash}, must not begin with "." or end with ".lock", and must not contain "..".`,
  )
}
