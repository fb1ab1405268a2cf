namespace Sweep.Contracts;

/// <summary>A sweep: all that a user may do to it. The key is the sweep's id. Every call may be repeated.</summary>
[Alias("sweep.ISweepGrain")]
public interface ISweepGrain : IGrainWithIntegerKey
{
    /// <summary>Asks the search method for the trials, stores all or nothing, and queues them. The dataset must be there already.</summary>
    [Alias("Submit"), ResponseTimeout("00:02:00")]
    Task<SubmitReply> Submit(SubmitRequest request);

    /// <summary>Nothing more starts; what runs writes a checkpoint and gives its slot back.</summary>
    [Alias("Pause")]
    Task<CommandReply> Pause();

    [Alias("Resume")]
    Task<CommandReply> Resume();

    /// <param name="trial">A trial's number, or null for the whole sweep.</param>
    [Alias("Cancel")]
    Task<CommandReply> Cancel(int? trial);

    /// <summary>Queues failed and cancelled trials again.</summary>
    /// <param name="trial">A trial's number, or null for all of the sweep.</param>
    [Alias("Retry")]
    Task<CommandReply> Retry(int? trial);

    /// <summary>Removes the sweep and everything that was measured for it. Refused while it is running or paused.</summary>
    [Alias("Delete")]
    Task<CommandReply> Delete();
}

/// <param name="SpecJson">A <see cref="Domain.Sweeps.SweepSpec"/> as it writes itself.</param>
/// <param name="ExactName">Refuse a name that is taken, in place of adding a suffix.</param>
[GenerateSerializer, Immutable, Alias("sweep.SubmitRequest")]
public sealed record SubmitRequest([property: Id(0)] string SpecJson, [property: Id(1)] bool ExactName);

/// <param name="Name">The name that the sweep got; null when it was refused.</param>
/// <param name="Refusal">Why, in one line.</param>
[GenerateSerializer, Immutable, Alias("sweep.SubmitReply")]
public sealed record SubmitReply([property: Id(0)] string? Name, [property: Id(1)] int Trials, [property: Id(2)] string? Refusal);

/// <param name="Message">What happened, or why it did not, in one line.</param>
[GenerateSerializer, Immutable, Alias("sweep.CommandReply")]
public sealed record CommandReply([property: Id(0)] bool Accepted, [property: Id(1)] string Message);
