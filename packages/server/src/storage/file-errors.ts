import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { noSuchFile, preconditionFailed, StorageWriteError, systemCode } from './storage-errors.ts'

/** Turns what the file system threw while reading `location` into an error for callers. */
export function readError(error: unknown, location: string): Error {
  return (
    shared(error, location) ??
    new HeadgateError('unavailable', `Could not read ${location}`, { cause: error })
  )
}

/** The same for a write that has not been published yet: it is certain that nothing is there. */
export function writeError(error: unknown, location: string): Error {
  if (systemCode(error) === 'EEXIST') return preconditionFailed(location, 'there is an object already', error)
  if (
    systemCode(error) === 'ENOTDIR' ||
    systemCode(error) === 'EISDIR' ||
    systemCode(error) === 'ENOTEMPTY'
  ) {
    const why = 'Location is taken by a directory, or an object stands where its directory would be'
    return new HeadgateError('bad-request', `${why}: ${location}`, { cause: error })
  }
  // Its directory cannot be made, as on a file system that is mounted for reading: no file is missed.
  const told = systemCode(error) === 'ENOENT' ? undefined : shared(error, location)
  return told ?? new StorageWriteError('not-written', `Could not write ${location}`, { cause: error })
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
      // What is no error of the file system came from the caller: its signal or its body.
      return systemCode(error) === '' && error instanceof Error ? error : undefined
  }
}

export function throughSymlink(location: string): HeadgateError {
  return new HeadgateError('forbidden', `Location leads through a symbolic link: ${location}`)
}
