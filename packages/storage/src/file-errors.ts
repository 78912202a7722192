import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { noSuchFile, preconditionFailed, StorageWriteError, systemCode } from './storage-errors.ts'

/** Converts an error of the file system during a read of `location` into an error for callers. */
export function readError(error: unknown, location: string): Error {
  return (
    shared(error, location) ??
    new HeadgateError('unavailable', `Could not read ${location}`, { cause: error })
  )
}

/**
 * Converts an error of the file system during a write that is not yet published. The returned error states that
 * nothing was written.
 */
export function writeError(error: unknown, location: string): Error {
  if (systemCode(error) === 'EEXIST')
    return preconditionFailed(location, 'an object already exists at this location', error)
  if (
    systemCode(error) === 'ENOTDIR' ||
    systemCode(error) === 'EISDIR' ||
    systemCode(error) === 'ENOTEMPTY'
  ) {
    const why =
      'A directory exists at this location, or an object exists at the location of a parent directory'
    return new HeadgateError('bad-request', `${why}: ${location}`, { cause: error })
  }
  // During a write, ENOENT means that the directory could not be created, for example on a read-only file system. It
  // does not mean that an object is missing.
  const known = systemCode(error) === 'ENOENT' ? undefined : shared(error, location)
  return known ?? new StorageWriteError('not-written', `Could not write ${location}`, { cause: error })
}

function shared(error: unknown, location: string): Error | undefined {
  if (isHeadgateError(error)) return error
  switch (systemCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
      return noSuchFile(location, error)
    case 'ELOOP':
      return throughSymlink(location)
    case 'EACCES':
    case 'EPERM':
      return new HeadgateError('forbidden', `The file system refuses access to ${location}`, { cause: error })
    case 'ENAMETOOLONG':
      return new HeadgateError('bad-request', `Location is too long for the file system: ${location}`, {
        cause: error,
      })
    default:
      // An error without a code of the file system was thrown by the signal or the body of the caller, and is not
      // converted.
      return systemCode(error) === '' && error instanceof Error ? error : undefined
  }
}

export function throughSymlink(location: string): HeadgateError {
  return new HeadgateError('forbidden', `Location leads through a symbolic link: ${location}`)
}
