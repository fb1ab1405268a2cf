namespace Sweep.Contracts;

/// <summary>Writes text with a trained model, on any worker. The grain's key is 0.</summary>
[Alias("sweep.IGeneratorGrain")]
public interface IGeneratorGrain : IGrainWithIntegerKey
{
    [Alias("Generate"), ResponseTimeout("00:02:00")]
    Task<GenerateReply> Generate(GenerateRequest request);
}

/// <param name="Trial">The trial's id: <see cref="Domain.Trials.TrialId.Value"/>.</param>
/// <param name="Prompt">
/// At most <see cref="MaxPromptLength"/> characters. An empty prompt stands for the beginning of the trial's text, as long as one of its
/// windows.
/// </param>
/// <param name="Length">Characters to write, from 1 to <see cref="MaxLength"/>.</param>
/// <param name="Temperature">Above 0; a lower temperature prefers likely characters more strongly.</param>
[GenerateSerializer, Immutable, Alias("sweep.GenerateRequest")]
public sealed record GenerateRequest(
    [property: Id(0)] long Trial,
    [property: Id(1)] string Prompt,
    [property: Id(2)] int Length,
    [property: Id(3)] double Temperature,
    [property: Id(4)] long Seed)
{
    /// <summary>
    /// With this limit every text fits a message of the trainer, even if each of its characters takes the most bytes there.
    /// </summary>
    public const int MaxLength = 50_000;

    public const int MaxPromptLength = 10_000;
}

/// <param name="Text">The prompt and the text that follows it; null when the request was refused.</param>
/// <param name="Refusal">Why the request was refused, in one line; null when it was not.</param>
[GenerateSerializer, Immutable, Alias("sweep.GenerateReply")]
public sealed record GenerateReply([property: Id(0)] string? Text, [property: Id(1)] string? Refusal);
