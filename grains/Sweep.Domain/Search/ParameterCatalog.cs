using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Sweep.Domain.Search;

/// <summary>Every parameter that the trials of a sweep have: the table behind a file's checks, defaults and documentation.</summary>
public sealed class ParameterCatalog(ImmutableArray<ParameterDefinition> definitions)
{
    private readonly FrozenDictionary<string, ParameterDefinition> _byName = definitions.ToFrozenDictionary(definition => definition.Name);

    /// <summary>In the order in which they are shown and stored.</summary>
    public ImmutableArray<ParameterDefinition> All => definitions;

    public ParameterDefinition? Find(string name) => _byName.GetValueOrDefault(name);

    /// <exception cref="KeyNotFoundException">The catalog has no such parameter.</exception>
    public ParameterValue Default(string name) => _byName[name].Default;

    /// <summary>A trial that has these values, and the default of every other parameter.</summary>
    /// <param name="values">By name; each accepted by its <see cref="ParameterDefinition"/>.</param>
    /// <param name="seed">The trial's seed where <paramref name="values"/> has none.</param>
    public ParameterMap Complete(IReadOnlyDictionary<string, ParameterValue> values, long seed) => new([
        .. definitions.Select(definition => (
            definition.Name,
            values.GetValueOrDefault(definition.Name) ?? (definition.IsSeed ? new ParameterValue.Whole(seed) : definition.Default))),
    ]);

    /// <summary>Reads a stored trial: its parameters in the order of the catalog, whatever order the database gave them.</summary>
    /// <exception cref="System.Text.Json.JsonException">The text is not the JSON of a trial's parameters.</exception>
    public ParameterMap Read(string json)
    {
        var stored = ParameterMap.FromJson(json);
        return new([
            .. definitions.Select(definition => (definition.Name, stored.Find(definition.Name) ?? definition.Default)),
            .. stored.Names.Where(name => Find(name) is null).Select(name => (name, stored.ValueOf(name))),
        ]);
    }
}
