using Orleans.Concurrency;
using Sweep.Contracts;
using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Silo.Trainers;
using Sweep.Silo.Worker;

namespace Sweep.Silo.Generation;

/// <summary>Writes text with a trainer of its own, so that no request waits for a slot.</summary>
[StatelessWorker(2), PlaceOn(SiloRole.Worker)]
public sealed class GeneratorGrain(
    ITrainerFactory trainers, ITrialStore trials, IAttemptStore attempts, SweepSpecs specs, DatasetCache datasets, TimeProvider time)
    : Grain, IGeneratorGrain
{
    /// <summary>The longest time that writing one text may take.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public async Task<GenerateReply> Generate(GenerateRequest request)
    {
        if (request.Length is < 1 or > GenerateRequest.MaxLength || request.Prompt.Length > GenerateRequest.MaxPromptLength)
        {
            return new(
                null,
                $"Found a prompt of {request.Prompt.Length} characters and {request.Length} to write; "
                    + $"at most {GenerateRequest.MaxPromptLength} and from 1 to {GenerateRequest.MaxLength} are possible.");
        }

        var id = TrialId.From(request.Trial);
        if (await trials.LoadAsync(id) is not { } trial)
            return new(null, $"There is no trial {id.Number} in this sweep.");
        try
        {
            var spec = await specs.GetAsync(id.Sweep);
            if (spec.Program is not null)
                return new(null, $"Trial {id.Number} is one of a program; only the built-in model writes text.");
            if (await attempts.ReadCheckpointAsync(id) is not { } checkpoint)
                return new(null, trial.NoCheckpoint);
            var dataset = spec.Dataset.Sha256;
            return await GenerateAsync(request, dataset, await datasets.ReadAsync(dataset, CancellationToken.None), checkpoint);
        }
        catch (Exception error) when (error is TrainerStartException or InvalidDataException)
        {
            return new(null, error.Message);
        }
    }

    private async Task<GenerateReply> GenerateAsync(GenerateRequest request, string dataset, byte[] text, StoredCheckpoint checkpoint)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        TrainerConversation? trainer = null;
        try
        {
            trainer = new(await trainers.StartAsync(TrainerKind.Model, "cpu", limit.Token), time);
            await trainer.LoadTextAsync(dataset, text, limit.Token);
            await trainer.LoadCheckpointAsync(checkpoint, limit.Token);
            var command = new TrainerCommand.Generate(request.Prompt, request.Length, request.Temperature, request.Seed);
            return await trainer.GenerateAsync(command, limit.Token) switch
            {
                TrainerOutcome.Generated(var written) => new(written, null),
                TrainerOutcome.Failed(_, var message) => new(null, message),
                TrainerOutcome.Died(var how) => new(null, how),
                var other => throw new InvalidOperationException($"Text cannot end with {other}."),
            };
        }
        catch (OperationCanceledException)
        {
            return new(null, $"The trainer did not answer within {Limit.TotalSeconds:0} s; ask for a shorter text.");
        }
        finally
        {
            if (trainer is not null)
                await trainer.EndAsync();
        }
    }
}
