// Prints the headers that Node's own crypto computes for a request, for comparison with the other runtimes.
import { signRequest } from '@headgate/sigv4'

const { request, options } = JSON.parse(process.argv[2] ?? '')
console.log(JSON.stringify(signRequest(request, { ...options, date: new Date(options.date) }).headers))
