using System.Text.Json.Serialization;

namespace Sweep.Domain.Stopping;

/// <summary>A stopping rule as a sweep file has it. It judges the sweep's objective.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "rule")]
[JsonDerivedType(typeof(Asha), "asha")]
[JsonDerivedType(typeof(Hyperband), "hyperband")]
[JsonDerivedType(typeof(Median), "median")]
[JsonDerivedType(typeof(Threshold), "threshold")]
[JsonDerivedType(typeof(Patience), "patience")]
public abstract record StopSpec
{
    private StopSpec() { }

    /// <summary>The rule's word in a sweep file.</summary>
    [JsonIgnore]
    public string Name => GetType().Name.ToLowerInvariant();

    /// <summary>See <see cref="AshaRule"/>.</summary>
    public sealed record Asha(int First = 1, int Factor = 3) : StopSpec;

    /// <summary>See <see cref="HyperbandRule"/>.</summary>
    public sealed record Hyperband(int First = 1, int Factor = 3) : StopSpec;

    /// <summary>See <see cref="MedianRule"/>.</summary>
    public sealed record Median(int First = 1, int Every = 1, int Trials = MedianRule.DefaultTrials) : StopSpec;

    /// <summary>See <see cref="ThresholdRule"/>.</summary>
    public sealed record Threshold(int Epoch, double Value) : StopSpec;

    /// <summary>See <see cref="PatienceRule"/>.</summary>
    public sealed record Patience(int Epochs, double Gain = 0) : StopSpec;
}
