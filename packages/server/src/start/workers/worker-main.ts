import { enableCompileCache } from 'node:module'

// As in main.ts: before anything else is loaded.
enableCompileCache()
const { runWorker } = await import('./run-worker.ts')
await runWorker(process.env, process.argv.slice(2))
