using Sweep.Client.Clusters;
using Sweep.Client.Errors;
using Sweep.Client.Running;
using Sweep.Client.Weights;
using Sweep.Domain.Trials;

namespace Sweep.Client.Commands.Parts;

/// <summary>Finds the trial that <c>start_from</c> of a sweep file names.</summary>
internal static class StartTrial
{
    /// <exception cref="WrongInputException">There is no such trial, or it has not succeeded.</exception>
    /// <exception cref="RequestRefusedException">Its checkpoint is not kept.</exception>
    public static async Task<StartWeights> ReadAsync(string text, Cluster cluster, CancellationToken cancellation)
    {
        var address = SweepAddress.Parse(text);
        if (address.Trial is not { } number)
            throw new WrongInputException($"found {address}; expected a trial's number after the name: {address}/1.");
        var sweep = await address.FindAsync(cluster.Reader, cancellation);
        // The best epoch of a trial that still runs may change, and the file would then mean something else.
        if (await cluster.Reader.TrialAsync(sweep.Id, number, cancellation) is not { State: TrialState.Succeeded } trial)
        {
            throw new WrongInputException(
                $"found {address}, which has not succeeded; expected a trial that has (sweep show {address.Name}).");
        }

        var weights = await WeightsReader.ReadAsync(cluster, sweep, trial.Number, cancellation);
        return new(new(sweep.Name, number, weights.Epoch, weights.Sha256), weights);
    }
}
