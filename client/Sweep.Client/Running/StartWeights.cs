using Sweep.Domain.Models;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.Running;

/// <summary>The weights that <c>start_from</c> names.</summary>
public sealed record StartWeights(StartSpec Start, TrialWeights Weights);

/// <summary>Finds the weights of a trial by its address, such as <c>next-character/3</c>.</summary>
/// <exception cref="Exception">There are none. The message is a sentence for the user.</exception>
public delegate Task<StartWeights> StartReader(string address, CancellationToken cancellation);
