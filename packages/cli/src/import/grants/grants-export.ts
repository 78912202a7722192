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

/** Result of the export of grants: the written file, or the reason why no file was written. */
export type GrantsResult =
  | ({ readonly file: string; readonly product: string } & Omit<ReviewDocument, 'text'>)
  | { readonly reason: string }

/**
 * Collects the objects that an import visits, and then writes the grants on them to a file, which an administrator
 * reviews.
 */
export interface GrantsExport {
  addNamespace(namespace: readonly string[]): void
  addRelation(relation: SourceObject): void
  /** Reads the grants on the collected objects from the source catalog, and writes the review document to the file. */
  write(): Promise<GrantsResult>
}

export interface GrantsExportDeps {
  readonly session: Session
  readonly source: Source
  readonly target: Side
  /** Path of the file to write. */
  readonly file: string
  /** Whether to refuse the command if the file exists, instead of replacing the file. */
  readonly keepsFile: boolean
  /** Identity provider (URL) of the users of the source catalog, or null if it is unknown. */
  readonly issuer: string | null
  /** Whether the import visits only some of the namespaces. */
  readonly partial: boolean
  /** Maximum number of simultaneous requests to the source catalog. */
  readonly parallel: number
  readonly stop: AbortSignal
}

/**
 * Opens the export of grants before the import starts: detects how the grants of the source catalog are read. If they
 * cannot be read, the result of `write` is the reason.
 */
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

/** Returns the URL and the warehouse of the source as text. Omits all parts of the URL that can be secret. */
function describe({ url, warehouse }: Source): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}${warehouse === undefined ? '' : `, warehouse ${warehouse}`}`
}

/**
 * Returns the objects on which a grant on the warehouse of the source is repeated in the target. This is the target
 * warehouse only if the import visited everything in it, because a grant on the warehouse would otherwise apply to
 * more objects than in the source. In all other cases, returns the visited namespaces.
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

/**
 * Returns whether all top-level namespaces of a catalog have one of the given keys. Returns false if the catalog
 * refuses to list them.
 */
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

/**
 * Writes the review document to its file. Only the owner may read the file, even if it existed before with other
 * permissions.
 */
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
