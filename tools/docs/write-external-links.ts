import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findExternalLinks, listFile } from './external-links.ts'
import { listMarkdown } from './list-markdown.ts'

// Writes the list of external links. Part of `npm run docs`.
const root = join(import.meta.dirname, '../..')
writeFileSync(listFile, `${findExternalLinks(root, listMarkdown(root)).join('\n')}\n`)
