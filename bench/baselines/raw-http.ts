import { readFileSync } from 'node:fs'
import { serveBare } from './serve-bare.ts'

/**
 * Baseline: a node:http server that answers every request with the same bytes from memory. Arguments: file with the
 * plain body, file with the gzip body, status (default 200).
 */
const [plainFile = '', gzipFile = '', status = '200'] = process.argv.slice(2)
const plain = readFileSync(plainFile)
const gzip = readFileSync(gzipFile)

serveBare((request, response) => {
  const zipped = request.headers['accept-encoding'] === 'gzip'
  response(zipped ? gzip : plain, zipped)
}, Number(status))
