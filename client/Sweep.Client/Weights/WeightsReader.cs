using Sweep.Client.Clusters;
using Sweep.Client.Errors;
using Sweep.Domain.Models;
using Sweep.Domain.Trials;
using Sweep.Storage.Reading;

namespace Sweep.Client.Weights;

/// <summary>Reads the weights of a trial's best epoch from its checkpoint.</summary>
internal static class WeightsReader
{
    /// <exception cref="RequestRefusedException">
    /// The trial has no checkpoint, or has not finished an epoch, or is one of a program.
    /// </exception>
    public static async Task<TrialWeights> ReadAsync(Cluster cluster, SweepOverview sweep, int number, CancellationToken cancellation)
    {
        if (sweep.Spec.Program is not null)
            throw new RequestRefusedException($"{sweep.Name}/{number} is a trial of a program; only the built-in model has weights.");
        var trial = new TrialId(sweep.Id, number);
        try
        {
            if (await cluster.Attempts.ReadCheckpointAsync(trial, cancellation) is { } checkpoint)
            {
                return TrialWeights.OfCheckpoint(checkpoint.Data)
                    ?? throw new RequestRefusedException($"Trial {trial.Number} has not finished an epoch yet, so it has no best weights.");
            }
        }
        catch (InvalidDataException error)
        {
            throw new RequestRefusedException($"The checkpoint of trial {trial.Number} cannot be used: {error.Message.TrimEnd('.')}.");
        }

        throw new RequestRefusedException(
            (await cluster.Trials.LoadAsync(trial, cancellation))?.NoCheckpoint ?? $"There is no trial {trial.Number} in this sweep.");
    }
}
