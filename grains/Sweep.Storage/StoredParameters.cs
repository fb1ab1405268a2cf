using Sweep.Domain.Search;

namespace Sweep.Storage;

/// <summary>Reads <c>trials.params</c>.</summary>
internal static class StoredParameters
{
    /// <summary>Whether the trial <c>t</c> is one of a program.</summary>
    public const string AreOfProgram = "exists (select from sweeps p where p.id = t.sweep_id and p.folder is not null)";

    /// <summary>
    /// Those of the built-in model get the defaults of what an earlier version did not store. Those of a program are as they were stored,
    /// in the order that the database gives them.
    /// </summary>
    /// <exception cref="System.Text.Json.JsonException">The text is not the JSON of a trial's parameters.</exception>
    public static ParameterMap Read(string json, bool areOfProgram) =>
        areOfProgram ? ParameterMap.FromJson(json) : BuiltInParameters.Catalog.Read(json);
}
