import { hash } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { CedarAuthorizer } from './cedar-authorizer.ts'
import { CedarPolicyError, readPolicies } from './cedar-policies.ts'
import { loadCedar } from './load-cedar.ts'
import { type PolicyFile, readPolicyFiles } from './policy-files.ts'

export interface OpenCedarOptions {
  /** Path of a policy file, or of a directory with policy files. */
  readonly path: string
  readonly log: {
    info(about: object, message: string): void
    error(about: object, message: string): void
  }
  /**
   * Called after the policies were replaced, because cached results of earlier decisions are then invalid. If it fails,
   * it is called again after the next interval.
   */
  readonly onChange: () => Promise<void>
  /** Interval at which the files are read again, in ms. Default 2 s. */
  readonly intervalMs?: number
}

/** Cedar authorizer that rereads its policy files until it is disposed. */
export interface OpenedCedar extends AsyncDisposable {
  readonly authorizer: CedarAuthorizer
  /** Returns false when the current files are invalid, so that the authorizer still uses the previous policies. */
  readonly isCurrent: () => boolean
}

const defaultIntervalMs = 2_000

/**
 * Reads the policy files now and at each interval. If changed files are invalid, the previous policies stay in use.
 *
 * @throws CedarPolicyError, HeadgateError when the files are invalid or cannot be read at the start
 */
export async function openCedar(options: OpenCedarOptions): Promise<OpenedCedar> {
  const { path, log, intervalMs = defaultIntervalMs } = options
  const cedar = await loadCedar()
  const first = await readPolicyFiles(path)
  const onError = (message: string): void =>
    log.error({ path }, `a Cedar policy could not be evaluated, so the privilege is refused: ${message}`)
  const authorizer = new CedarAuthorizer(cedar, readPolicies(cedar, first), onError)
  let seen = digestFiles(first)
  let complaint: string | null = null
  let untold = false
  let timer: NodeJS.Timeout | undefined
  let ended = false
  let looking: Promise<void> = Promise.resolve()

  async function look(): Promise<void> {
    try {
      const files = await readPolicyFiles(path)
      const digest = digestFiles(files)
      if (digest !== seen) {
        authorizer.use(readPolicies(cedar, files))
        seen = digest
        untold = true
        log.info({ path }, 'the Cedar policies were replaced by those of the changed files')
      }
      complaint = null
    } catch (error) {
      if (!(error instanceof CedarPolicyError || error instanceof HeadgateError)) throw error
      if (error.message !== complaint)
        log.error({ path }, `${error.message}\nThe previous policies stay in use.`)
      complaint = error.message
    }
    if (!untold) return
    await options.onChange()
    untold = false
  }

  function lookLater(): void {
    timer = setTimeout(() => {
      looking = look()
        .catch((err: unknown) => log.error({ path, err }, 'the check for changed Cedar policies failed'))
        .finally(() => {
          if (!ended) lookLater()
        })
    }, intervalMs)
    timer.unref()
  }

  lookLater()
  return {
    authorizer,
    isCurrent: () => complaint === null,
    async [Symbol.asyncDispose]() {
      ended = true
      clearTimeout(timer)
      await looking
    },
  }
}

function digestFiles(files: readonly PolicyFile[]): string {
  return hash('sha256', JSON.stringify(files), 'base64url')
}
