// Usage: read-main.ts on-demand|everything FILE MILLISECONDS. Prints the number of manifest entries that are
// read per second.
import { createReadStream } from 'node:fs'
import { readManifest } from '@headgate/iceberg/manifest'

const [mode, file = '', milliseconds] = process.argv.slice(2)

async function readOnce(): Promise<number> {
  let entries = 0
  for await (const batch of readManifest(createReadStream(file))) {
    entries += batch.length
    if (mode !== 'everything') continue
    for (const { file } of batch) {
      const counts = [file.columnSizes, file.valueCounts, file.nullValueCounts, file.nanValueCounts]
      for (const map of [...counts, file.lowerBounds, file.upperBounds]) map?.entries()
    }
  }
  return entries
}

await readOnce()
const start = performance.now()
let entries = 0
while (performance.now() - start < Number(milliseconds)) entries += await readOnce()
console.log((entries * 1_000) / (performance.now() - start))
