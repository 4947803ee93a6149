// Reads a list of simulations as JSON, and prints the results in the same order.
import { runSimulation } from '@cloud-copilot/iam-simulate'

let text = ''
for await (const chunk of process.stdin) text += chunk
const results = []
for (const simulation of JSON.parse(text)) {
  try {
    const found = await runSimulation(simulation, {})
    const ignored = found.result?.ignoredContextKeys ?? []
    if (found.resultType === 'error') results.push(`error: ${JSON.stringify(found.errors)}`)
    else if (ignored.length > 0) results.push(`error: ignored keys ${ignored.join(', ')}`)
    else results.push(found.overallResult)
  } catch (error) {
    results.push(`error: ${error.message}`)
  }
}
console.log(JSON.stringify(results))
