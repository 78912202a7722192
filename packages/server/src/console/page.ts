import type { IncomingMessage } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import type { OpenOperation } from '../operation/open-operation.ts'
import type { Response } from '../operation/operation.ts'
import { type PageFile, type PageFiles, readPageFiles } from './page-files.ts'
import { pageHeaders } from './page-headers.ts'

const prefix = '/console/'
/** Folder of the files whose names contain a hash of their content, so that browsers may cache them permanently. */
const hashed = 'assets/'

/**
 * Returns the operations that serve the web console below `/console`. Its files are read at the first request. A path
 * that is not a file returns the page itself, which selects its content by the path.
 *
 * @param read reads the files
 */
export function pageOperations(read: () => Promise<PageFiles> = readPageFiles): readonly OpenOperation[] {
  let files: Promise<PageFiles> | undefined
  const load = (): Promise<PageFiles> => {
    files ??= read().catch((error: unknown) => {
      files = undefined
      throw error
    })
    return files
  }
  const open = async (request: IncomingMessage): Promise<Response> => respond(request, await load())
  return (['GET', 'HEAD'] as const).flatMap((method) => [
    { id: 'consolePage', method, path: '/console', open: redirect },
    { id: 'consolePage', method, path: '/console/*', open },
  ])
}

function redirect(): Promise<Response> {
  return Promise.resolve({ status: 308, headers: { ...pageHeaders, location: 'console/' }, body: null })
}

function respond(request: IncomingMessage, files: PageFiles): Response {
  const [path = ''] = (request.url ?? '').slice(prefix.length).split('?')
  const file = files.get(path)
  if (file !== undefined && path !== 'index.html')
    return fileResponse(
      request,
      file,
      path.startsWith(hashed) ? 'public, max-age=31536000, immutable' : 'no-cache',
    )
  const page = files.get('index.html')
  if (path.startsWith(hashed) || page === undefined)
    throw new HeadgateError('no-such-route', 'The console has no such file. Load the page again.')
  return pageResponse(request, page, path)
}

/**
 * Returns the HTML page of the console for a path below `/console/`. The page refers to its files by relative paths.
 * For a deeper path, each of them is preceded by one `../` per level, so that it is correct behind a proxy that adds a
 * path, too.
 */
function pageResponse(request: IncomingMessage, page: PageFile, path: string): Response {
  const depth = path.split('/').length - 1
  if (depth === 0) return fileResponse(request, page, 'no-cache')
  const plain = Buffer.from(page.plain.toString().replaceAll('"./', `"${'../'.repeat(depth)}`))
  return fileResponse(request, { ...page, plain, brotli: null, gzip: null }, 'no-cache')
}

function fileResponse(request: IncomingMessage, file: PageFile, cacheControl: string): Response {
  const accepted = request.headers['accept-encoding'] ?? ''
  const [encoding, compressed] = /\bbr\b/.test(accepted)
    ? (['br', file.brotli] as const)
    : /\bgzip\b/.test(accepted)
      ? (['gzip', file.gzip] as const)
      : (['identity', null] as const)
  const headers = {
    ...pageHeaders,
    'content-type': file.type,
    'cache-control': cacheControl,
    vary: 'Accept-Encoding',
    ...(compressed === null ? {} : { 'content-encoding': encoding }),
  }
  return { status: 200, headers, body: request.method === 'HEAD' ? null : (compressed ?? file.plain) }
}
