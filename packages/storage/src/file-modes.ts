import { HeadgateError } from '@headgate/errors'

/** Permission bits of the files and directories that a file storage creates. */
export interface FileModes {
  readonly file: number
  /** Mode of directories: the mode of files, with the execute bit for each class of users that may read. */
  readonly directory: number
  /**
   * Whether files and directories get exactly these permission bits. If not, the umask of the process can remove
   * bits.
   */
  readonly exact: boolean
}

/**
 * Accepted file modes: the owner may read and write; the group and all other users may read, read and write, or
 * nothing.
 */
export const fileModePattern: RegExp = /^0?6[046][046]$/

/** Modes for files and directories that only the operating system user of the server can open. */
export const privateModes: FileModes = { file: 0o600, directory: 0o700, exact: false }

/**
 * Parses a file mode in octal, such as `0640`. Without a text it returns {@link privateModes}.
 *
 * @throws HeadgateError `bad-request`
 */
export function fileModes(text: string | undefined): FileModes {
  if (text === undefined) return privateModes
  if (!fileModePattern.test(text))
    throw new HeadgateError(
      'bad-request',
      `File mode ${text} is not valid. Use a mode like 0600, 0640, 0660 or 0644.`,
    )
  const file = Number.parseInt(text, 8)
  const readable = file & 0o444
  return { file, directory: file | (readable >> 2), exact: true }
}
