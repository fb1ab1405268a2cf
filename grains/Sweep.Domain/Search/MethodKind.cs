using System.Text.Json.Serialization;

namespace Sweep.Domain.Search;

/// <summary>The search methods that a sweep file may name.</summary>
public enum MethodKind
{
    Grid,
    Random,
    Sobol,
    Tpe,
    Gp,
    [JsonStringEnumMemberName("cma-es")]
    CmaEs,
    [JsonStringEnumMemberName("nsga-ii")]
    NsgaIi,
}

public static class MethodKinds
{
    /// <summary>Whether the method proposes later trials from the outcomes of earlier ones.</summary>
    public static bool Learns(this MethodKind kind) => kind is MethodKind.Tpe or MethodKind.Gp or MethodKind.CmaEs or MethodKind.NsgaIi;

    /// <summary>Whether the method looks for the lowest value of one objective, so that several mean nothing to it.</summary>
    public static bool NeedsOneObjective(this MethodKind kind) => kind.Learns() && kind != MethodKind.NsgaIi;

    /// <summary>What a trial was proposed by, as its row has it.</summary>
    /// <param name="hasLearned">Whether it was proposed from outcomes.</param>
    public static string ProposedBy(this MethodKind kind, bool hasLearned) =>
        kind.Learns() && !hasLearned ? $"start of {kind.Word()}" : kind.Word();

    /// <summary>The method as a sweep file has it.</summary>
    public static string Word(this MethodKind kind) => kind switch
    {
        MethodKind.CmaEs => "cma-es",
        MethodKind.NsgaIi => "nsga-ii",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
