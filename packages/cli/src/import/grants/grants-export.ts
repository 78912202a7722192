import { chmod, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Session } from '../../session.ts'
import type { Source } from '../connect-source.ts'
import { ask, RefusedError, type Side } from '../side.ts'
import { detectReader } from './detect-reader.ts'
import { findExistingNames } from './existing-names.ts'
import type { Anchors } from './grant-entries.ts'
import { createReviewDocument, type ReviewDocument } from './review-document.ts'
import { objectKey, type SourceObject } from './source-grants.ts'
import { SourceRefusedError } from './source-refused-error.ts'

/** Result for the grants of a source: the written file, or the reason why there is none. */
export type GrantsResult =
  | ({ readonly file: string; readonly product: string } & Omit<ReviewDocument, 'text'>)
  | { readonly reason: string }

/** Collects the visited objects of an import, and then writes the grants on them to a file. An object is added once. */
export interface GrantsExport {
  addNamespace(namespace: readonly string[]): void
  addRelation(relation: SourceObject): void
  /** Reads the grants and writes the file. */
  write(): Promise<GrantsResult>
}

export interface GrantsExportDeps {
  readonly session: Session
  readonly source: Source
  readonly target: Side
  /** File to write. */
  readonly file: string
  /** Whether a file that exists is kept, and the command is refused. */
  readonly keepsFile: boolean
  /** Issuer of the users of the source. Null: unknown. */
  readonly issuer: string | null
  /** Whether the import visits only some of the namespaces. */
  readonly partial: boolean
  /** Maximum number of requests at the same time. */
  readonly parallel: number
  readonly stop: AbortSignal
}

/** Finds out which grants can be read, before the import starts. */
export async function openGrantsExport(deps: GrantsExportDeps): Promise<GrantsExport> {
  const { session, source, file, parallel } = deps
  const detection = await detectReader(session, source)
  const namespaces: (readonly string[])[] = []
  const relations: SourceObject[] = []
  return {
    addNamespace: (namespace) => void namespaces.push(namespace),
    addRelation: (relation) => void relations.push(relation),
    async write() {
      if ('reason' in detection) return detection
      const { product } = detection.reader
      const context = {
        parallel,
        issuer: deps.issuer,
        stop: deps.stop,
        progress: (text: string) => session.out.progress(`grants: ${text}`),
      }
      try {
        const grants = await detection.reader.read({ namespaces, relations }, context)
        const anchors = await findAnchors(deps, namespaces)
        const existing = await findExistingNames(session.client, grants, parallel)
        const { text, ...counts } = createReviewDocument({
          product,
          source: describe(source),
          warehouse: session.warehouse,
          grants,
          anchors,
          existing,
        })
        await save(deps, text)
        return { file, product, ...counts }
      } catch (error) {
        if (!(error instanceof SourceRefusedError)) throw error
        return { reason: `${product} at ${source.url} refuses to list its grants: ${error.message}.` }
      }
    },
  }
}

/** Returns the URL and warehouse of the source. Leaves out everything of the URL that can be secret. */
function describe({ url, warehouse }: Source): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}${warehouse === undefined ? '' : `, warehouse ${warehouse}`}`
}

/**
 * Returns what stands for the warehouse of the source. It is the warehouse of the target only if everything in it was visited,
 * because a right on the warehouse would otherwise apply to more objects than at the source.
 */
async function findAnchors(
  { target, partial }: GrantsExportDeps,
  namespaces: readonly (readonly string[])[],
): Promise<Anchors> {
  const visited = new Set(namespaces.map((namespace) => objectKey({ namespace })))
  const outermost = namespaces.filter((namespace) =>
    namespace.every(
      (_, depth) => depth === 0 || !visited.has(objectKey({ namespace: namespace.slice(0, depth) })),
    ),
  )
  return !partial && (await hasOnly(target, visited)) ? 'warehouse' : outermost
}

/** Returns whether a catalog has no other outermost namespaces. If it refuses to list them, it may have others. */
async function hasOnly(side: Side, keys: ReadonlySet<string>): Promise<boolean> {
  try {
    return await ask(side, async (catalog) => {
      for await (const namespace of catalog.listNamespaces({}))
        if (!keys.has(objectKey({ namespace }))) return false
      return true
    })
  } catch (error) {
    if (error instanceof RefusedError) return false
    throw error
  }
}

/** Writes the file. Only its owner may read it, also when it existed before. */
async function save({ session, file, keepsFile }: GrantsExportDeps, text: string): Promise<void> {
  const path = resolve(session.io.cwd, file)
  try {
    await writeFile(path, text, { mode: 0o600, flag: keepsFile ? 'wx' : 'w' })
    await chmod(path, 0o600)
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
    throw new CliError(exitCode.usage, `The file ${file} cannot be written (${reason}).`, {
      cause,
      ...(reason === 'EEXIST'
        ? { next: 'Name another file: it may contain the grants of tables that were moved.' }
        : {}),
    })
  }
}
