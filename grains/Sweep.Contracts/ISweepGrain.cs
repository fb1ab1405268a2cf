namespace Sweep.Contracts;

/// <summary>Everything that a user may do to a sweep. The grain's key is the sweep's id. Every call may be repeated.</summary>
[Alias("sweep.ISweepGrain")]
public interface ISweepGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Gets the trials from the search method, stores all of them or none, and queues them. The dataset must be stored already.
    /// </summary>
    [Alias("Submit"), ResponseTimeout("00:02:00")]
    Task<SubmitReply> Submit(SubmitRequest request);

    /// <summary>Starts no more trials of the sweep, and makes each running trial write a checkpoint and give its slot back.</summary>
    [Alias("Pause")]
    Task<CommandReply> Pause();

    [Alias("Resume")]
    Task<CommandReply> Resume();

    /// <summary>Has a trial that a stopping rule ended trained on to its last epoch. It is not judged again.</summary>
    [Alias("ResumeTrial")]
    Task<CommandReply> ResumeTrial(int trial);

    /// <param name="trial">A trial's number, or null for the whole sweep.</param>
    [Alias("Cancel")]
    Task<CommandReply> Cancel(int? trial);

    /// <summary>Queues failed and cancelled trials again.</summary>
    /// <param name="trial">A trial's number, or null for all of the sweep.</param>
    [Alias("Retry")]
    Task<CommandReply> Retry(int? trial);

    /// <summary>
    /// Removes the sweep and everything that was measured for it. The call is refused while the sweep is running or paused.
    /// </summary>
    [Alias("Delete")]
    Task<CommandReply> Delete();
}

/// <param name="SpecJson">A <see cref="Domain.Sweeps.SweepSpec"/> in its own JSON.</param>
/// <param name="ExactName">Whether to refuse a name that is taken, instead of adding a suffix to it.</param>
[GenerateSerializer, Immutable, Alias("sweep.SubmitRequest")]
public sealed record SubmitRequest([property: Id(0)] string SpecJson, [property: Id(1)] bool ExactName);

/// <param name="Name">The name that the sweep got; null when the sweep was refused.</param>
/// <param name="Refusal">Why the sweep was refused, in one line; null when it was not.</param>
[GenerateSerializer, Immutable, Alias("sweep.SubmitReply")]
public sealed record SubmitReply([property: Id(0)] string? Name, [property: Id(1)] int Trials, [property: Id(2)] string? Refusal);

/// <param name="Message">What was done, or why it was refused, in one line.</param>
[GenerateSerializer, Immutable, Alias("sweep.CommandReply")]
public sealed record CommandReply([property: Id(0)] bool Accepted, [property: Id(1)] string Message);
