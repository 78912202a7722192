import { hash } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { CedarAuthorizer } from './cedar-authorizer.ts'
import { CedarPolicyError, readPolicies } from './cedar-policies.ts'
import { loadCedar } from './load-cedar.ts'
import { type PolicyFile, readPolicyFiles } from './policy-files.ts'

export interface OpenCedarOptions {
  /** A file of policies, or a directory of such. */
  readonly path: string
  readonly log: {
    info(about: object, message: string): void
    error(about: object, message: string): void
  }
  /**
   * Called when other policies are in force, so that results of earlier decisions are invalid. Done again until it
   * succeeds.
   */
  readonly onChange: () => Promise<void>
  /** How often the files are looked at, in ms. Default 2 s. */
  readonly intervalMs?: number
}

/** Cedar as configured, following its files until it is disposed of. */
export interface OpenedCedar extends AsyncDisposable {
  readonly authorizer: CedarAuthorizer
  /** False: the files cannot be used as they are now, and what they held before is in force. */
  readonly isCurrent: () => boolean
}

const defaultIntervalMs = 2_000

/**
 * Reads the policies and keeps them up to date. Later policies that cannot be used leave those in force that were.
 *
 * @throws CedarPolicyError, HeadgateError when they cannot be used at the start
 */
export async function openCedar(options: OpenCedarOptions): Promise<OpenedCedar> {
  const { path, log, intervalMs = defaultIntervalMs } = options
  const cedar = await loadCedar()
  const first = await readPolicyFiles(path)
  const onError = (message: string): void =>
    log.error({ path }, `a Cedar policy failed and forbids: ${message}`)
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
        log.info({ path }, 'other Cedar policies are in force')
      }
      complaint = null
    } catch (error) {
      if (!(error instanceof CedarPolicyError || error instanceof HeadgateError)) throw error
      if (error.message !== complaint)
        log.error({ path }, `${error.message}\nThe policies from before stay in force.`)
      complaint = error.message
    }
    if (!untold) return
    await options.onChange()
    untold = false
  }

  function lookLater(): void {
    timer = setTimeout(() => {
      looking = look()
        .catch((err: unknown) => log.error({ path, err }, 'the Cedar policies could not be followed'))
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
