/** How a run of the command line ended, for scripts. Codes are never given another meaning. */
export const exitCode = {
  ok: 0,
  /** The server understood and said no: not found, not allowed, in conflict. */
  refused: 1,
  /** The command line, a setting or a file named by one cannot be used; nothing was sent. */
  usage: 2,
  /** No answer, or none of a Headgate server. */
  unreachable: 3,
  /** The credential is missing or is not accepted. */
  credential: 4,
  /** The server failed (5xx) or is overloaded: whether something changed is not known. */
  failed: 5,
  /** A question was answered with no. */
  cancelled: 6,
} as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]

/** One line for each, for help and documentation. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'the server refused: not found, not allowed, in conflict',
  2: 'the command line or a setting cannot be used; nothing was sent',
  3: 'the server cannot be reached, or what answers is no Headgate server',
  4: 'the credential is missing or not accepted',
  5: 'the server failed or is overloaded: look whether anything changed before you repeat',
  6: 'cancelled at a question',
}
