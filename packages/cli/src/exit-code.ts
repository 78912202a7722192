/** Exit codes of the program. Scripts depend on them, so the meaning of a code never changes. */
export const exitCode = {
  ok: 0,
  /**
   * The server refused the request, for example because an object does not exist, or the caller is not allowed to
   * change it.
   */
  refused: 1,
  /** The command line, a setting, or a file that one of them names is not valid. No request was sent. */
  usage: 2,
  /** No response arrived, or the response was not sent by a Headgate server. */
  unreachable: 3,
  /** The server did not accept the credential, or no credential is set. */
  credential: 4,
  /** The server failed (5xx) or is overloaded. It is unknown whether the change was made. */
  failed: 5,
  /** The user did not confirm the deletion. */
  cancelled: 6,
} as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]

/** Meaning of each exit code, for the help and the documentation. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: 'success',
  1: 'the server refused the request: not found, not allowed, conflict',
  2: 'the command line or a setting is not valid; no request was sent',
  3: 'the server cannot be reached, or is not a Headgate server',
  4: 'the credential is missing or not accepted',
  5: 'the server failed or is overloaded; check whether the change was made before you repeat the command',
  6: 'the user did not confirm',
}
