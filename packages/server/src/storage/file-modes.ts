import { HeadgateError } from '@headgate/errors'

/** Permission bits of the files and directories that a file storage creates. */
export interface FileModes {
  readonly file: number
  /** Those of the file, with the right to enter wherever there is one to read. */
  readonly directory: number
  /** Whether the bits are set whatever the umask of the process says. */
  readonly exact: boolean
}

/** The owner reads and writes; the group and all other users may read, read and write, or nothing. */
export const fileModePattern: RegExp = /^0?6[046][046]$/

/** Files and directories that only the user of the server opens. */
export const privateModes: FileModes = { file: 0o600, directory: 0o700, exact: false }

/**
 * Returns the modes for a file mode in octal, such as `0640`; without one, {@link privateModes}.
 *
 * @throws HeadgateError `bad-request`
 */
export function fileModes(text: string | undefined): FileModes {
  if (text === undefined) return privateModes
  if (!fileModePattern.test(text))
    throw new HeadgateError('bad-request', `File mode ${text} is not one like 0600, 0640, 0660 or 0644.`)
  const file = Number.parseInt(text, 8)
  const readable = file & 0o444
  return { file, directory: file | (readable >> 2), exact: true }
}
